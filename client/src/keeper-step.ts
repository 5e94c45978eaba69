import { CommonwattError } from './errors.js';
import type { Committed } from './submitter.js';

/** A step whose conditions seem to hold; the ledger decides. */
export type Step = Readonly<{ name: string; push: () => Promise<Committed<unknown>> }>;

/** What became of a step. */
export type KeeperReport = Readonly<{
    /** Verb and subject: `agreement:fund 3f…`, `settlement:run electricity/1632912`. */
    step: string;
    transactionId: string | null;
    blockNumber: number | null;
    /** Why it was not taken; `null` when it was. */
    refusal: CommonwattError | null;
}>;

/** Pushes a step. */
export async function report({ name, push }: Step): Promise<KeeperReport> {
    try {
        const { transactionId, blockNumber } = await push();
        return { step: name, transactionId, blockNumber, refusal: null };
    } catch (error) {
        if (error instanceof CommonwattError) {
            return { step: name, transactionId: error.transactionId, blockNumber: null, refusal: error };
        }
        throw error;
    }
}

/** Longest pause between two tries of a step that was refused, in rounds. */
const WAIT_ROUNDS_MAX = 64;

/** Tries what was refused ever more rarely: most refusals last until somebody else does something. */
export class Patience {
    #round = 0;
    #waits = new Map<string, Readonly<{ rounds: number; untilRound: number }>>();

    /** Begins a round with the steps that could be tried; returns those to try now. */
    round(steps: readonly Step[]): ReadonlySet<Step> {
        this.#round += 1;
        const waits = steps.flatMap(({ name }) => {
            const wait = this.#waits.get(name);
            return wait === undefined ? [] : [[name, wait] as const];
        });
        this.#waits = new Map(waits);
        return new Set(steps.filter(({ name }) => (this.#waits.get(name)?.untilRound ?? 0) <= this.#round));
    }

    refused({ name }: Step): void {
        const last = this.#waits.get(name);
        const rounds = last === undefined ? 1 : Math.min(WAIT_ROUNDS_MAX, 2 * last.rounds);
        this.#waits.set(name, { rounds, untilRound: this.#round + rounds });
    }
}
