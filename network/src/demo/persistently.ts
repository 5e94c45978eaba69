import { setTimeout as pause } from 'node:timers/promises';
import { OutcomeUnknownError, UnavailableError } from '@commonwatt/client';

const ATTEMPTS_MAX = 20;
const PAUSE_MS = 1_000;

/** Pushes a step that may be taken twice until the peers have time for it, as a keeper does. */
export async function persistently<Result>(push: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
        try {
            return await push();
        } catch (error) {
            const isBusy = error instanceof UnavailableError || error instanceof OutcomeUnknownError;
            if (!isBusy || attempt >= ATTEMPTS_MAX) {
                throw error;
            }
        }
        await pause(PAUSE_MS);
    }
}
