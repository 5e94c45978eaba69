import { setTimeout as pause } from 'node:timers/promises';
import { CommonwattError } from './errors.js';

const INTERVAL_MS = 1_000;

/**
 * Takes turns until aborted, at once where the last one made others possible. What fails in the first turn ends it; later
 * failures of the market are waited out.
 * @throws UnavailableError when nothing can be read in the first turn
 */
export async function* takeTurns<Report>(
    turn: () => Promise<readonly Report[]>,
    signal: AbortSignal,
    opensMore: (reports: readonly Report[]) => boolean = () => false,
): AsyncGenerator<Report> {
    let isFirst = true;
    while (!signal.aborted) {
        try {
            const reports = await turn();
            isFirst = false;
            yield* reports;
            if (opensMore(reports)) {
                continue;
            }
        } catch (error) {
            if (isFirst || !(error instanceof CommonwattError)) {
                throw error;
            }
        }
        await pause(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
}
