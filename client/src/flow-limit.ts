/** Calls in flight before anything is known of a peer. */
const FIRST_LIMIT = 16;
const LIMIT_MAX = 512;
/** A peer that endorses no faster than this has more to do than it gets done: a third of what its gateway waits for it. */
export const PROMPT_MS = 1_000;
const SLOW_FACTOR = 0.9;
const SILENT_FACTOR = 0.5;

/**
 * How many calls of one process an organisation's peers may have at a time: one more for each round of prompt answers,
 * a part less when answers become slow or fail to come (additive increase, multiplicative decrease). Processes that know
 * nothing of each other so come to equal shares, as TCP's senders do (Chiu and Jain, 1989).
 */
export class FlowLimit {
    #limit = FIRST_LIMIT;
    #inFlight = 0;
    #answeredMs = Number.NEGATIVE_INFINITY;
    /** Calls sent before this tell of the load that the last decrease has answered already. */
    #decreasedMs = Number.NEGATIVE_INFINITY;

    get isFree(): boolean {
        return this.#inFlight < Math.floor(this.#limit);
    }

    get inFlight(): number {
        return this.#inFlight;
    }

    /** Calls in flight that are let through now. */
    get limit(): number {
        return Math.floor(this.#limit);
    }

    begin(): void {
        this.#inFlight += 1;
    }

    end(): void {
        this.#inFlight -= 1;
    }

    /** Whether the peers have answered anybody since a moment: then they are there, however long others wait. */
    hasAnsweredSince(ms: number): boolean {
        return this.#answeredMs >= ms;
    }

    /** @param tookMs how long the peers took, without the wait for a block */
    answered(sentMs: number, tookMs: number, nowMs: number): void {
        this.#answeredMs = nowMs;
        if (tookMs > PROMPT_MS) {
            this.#decrease(SLOW_FACTOR, sentMs, nowMs);
        } else if (this.#inFlight >= this.#limit / 2) {
            this.#limit = Math.min(LIMIT_MAX, this.#limit + 1 / this.#limit); // only what is used is tried
        }
    }

    silent(sentMs: number, nowMs: number): void {
        this.#decrease(SILENT_FACTOR, sentMs, nowMs);
    }

    #decrease(factor: number, sentMs: number, nowMs: number): void {
        if (sentMs > this.#decreasedMs) {
            this.#limit = Math.max(1, this.#limit * factor);
            this.#decreasedMs = nowMs;
        }
    }
}
