import { setTimeout as pause } from 'node:timers/promises';
import type { CommitWatch } from './commit-watch.js';
import { OutcomeUnknownError } from './errors.js';
import type { Receipt } from './transport.js';
import { validationCodeName } from './validation-code.js';

/** Longest wait for a block after the orderer was given the transaction. */
const COMMIT_MS_MAX = 20_000;
/** The same when no orderer said that it took the transaction. */
const UNTAKEN_MS_MAX = 3_000;

/** A transaction with enough endorsements to be ordered. */
export type Endorsed = Readonly<{
    transactionId: string;
    /** What the verb answered. */
    payload: string;
    endorsementMs: number;
    /** Hands it to the ordering service; an error decides nothing. @returns whether an orderer says that it took it */
    order: () => Promise<boolean>;
}>;

/** Has a transaction ordered and waits for its block, no longer than its caller does. @throws OutcomeUnknownError */
export async function receiptOf(endorsed: Endorsed, commits: CommitWatch, deadlineMs: number): Promise<Receipt> {
    const { transactionId, payload, endorsementMs, order } = endorsed;
    const patienceMs = Math.max(0, deadlineMs - Date.now());
    const inBlock = commits.statusOf(transactionId, Math.min(COMMIT_MS_MAX, patienceMs));
    const taken = await Promise.race([order(), pause(patienceMs, false, { ref: false })]);
    const untakenMs = Math.min(UNTAKEN_MS_MAX, Math.max(0, deadlineMs - Date.now()));
    const status = await (taken ? inBlock : Promise.race([inBlock, pause(untakenMs, null)]));
    if (status === null) {
        throw new OutcomeUnknownError({ code: 'OUTCOME_UNKNOWN', transactionId });
    }
    const { blockNumber, code } = status;
    return { payload, transactionId, blockNumber, endorsementMs, validationCode: validationCodeName(code) };
}
