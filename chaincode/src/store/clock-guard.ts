import { demand } from '../domain/errors.js';

/** How far behind and ahead of an endorser's own clock a transaction's time may be. */
const BEHIND_MAX_MS = 60_000;
const AHEAD_MAX_MS = 10_000;

/** What an endorser's clock says, in ms since the epoch. */
export type OwnTimeMs = () => number;
export const systemTimeMs: OwnTimeMs = () => Date.now();

/**
 * Refuses a transaction whose time, which its client chose, is far from the endorser's. The only place that reads a
 * clock, and it only ever refuses: nothing read here reaches the ledger. It bounds endorsement, not commitment, so
 * deadlines are keys besides (see `tick`).
 * @throws TRANSACTION_TIME_REFUSED {transactionTimeMs}
 */
export function guardClock(transactionTimeMs: number, ownTimeMs: number): void {
    const near = transactionTimeMs >= ownTimeMs - BEHIND_MAX_MS && transactionTimeMs <= ownTimeMs + AHEAD_MAX_MS;
    demand(near, 'TRANSACTION_TIME_REFUSED', { transactionTimeMs });
}
