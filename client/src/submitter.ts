import { setTimeout as pause } from 'node:timers/promises';
import type { Endorsers } from './endorsers.js';
import {
    type CommonwattError,
    isBusy,
    CommitFailedError,
    ConflictError,
    DisagreementError,
    OutcomeUnknownError,
    toldOf,
    UnavailableError,
} from './errors.js';
import { pauseMs } from './pause.js';
import type { Call, ChaincodeRole, Receipt, Transport } from './transport.js';

/** A verb to be carried out, with what its answer means. */
export type Submission<Value> = Readonly<{
    role: ChaincodeRole;
    call: Call;
    decode: (payload: string) => Value;
    /**
     * Reads by its business id whether the command has been carried out; `null` when its record is not there. With it,
     * an unknown outcome is resolved and the command sent again, so only for verbs that take the same command twice.
     */
    resolve?: () => Promise<Value | null>;
    /** Organisations that must endorse besides what the chaincode's policy asks for: those of a key's own policy. */
    requiredMspIds?: readonly string[];
}>;

/** A value that is on the ledger. */
export type Committed<Value> = Readonly<{
    value: Value;
    /** The transaction that was sent last; another one did it where the outcome was read from the record. */
    transactionId: string;
    /** Block of the transaction; `null` where the outcome was read from the record. */
    blockNumber: number | null;
}>;

/** Carries out verbs that change the ledger. */
export interface Submitter {
    submit<Value>(submission: Submission<Value>): Promise<Committed<Value>>;
}

/** Attempts after which a refusal counts although not all endorsers give it. */
const REFUSED_MAX = 8;
/** Attempts in which a single endorser may contradict the others because its peer is a block behind. */
const PATIENCE = 3;

/** What one attempt came to. */
type Outcome<Value> =
    | Readonly<{ type: 'done'; committed: Committed<Value> }>
    | Readonly<{ type: 'again'; error: CommonwattError }> // it certainly changed nothing, and may succeed
    | Readonly<{ type: 'unknown'; error: CommonwattError; transactionId: string; mayResend: boolean }>;

/**
 * Submits until it is done, refused, or the caller's time is over. Read conflicts (MVCC, phantom), endorsers that
 * disagree, peers that are busy or away: nothing was written, so it is tried again. An unknown outcome is resolved by the
 * record's id before the command is sent again.
 */
export class RetryingSubmitter implements Submitter {
    readonly #transport: Transport;
    readonly #endorsers: Endorsers;
    readonly #wait: (ms: number) => Promise<void>;

    constructor(transport: Transport, endorsers: Endorsers, wait: (ms: number) => Promise<void> = pause) {
        this.#transport = transport;
        this.#endorsers = endorsers;
        this.#wait = wait;
    }

    /** @throws every class of `errors.ts`; when endorsers go on to disagree over a refusal, that refusal */
    async submit<Value>(submission: Submission<Value>): Promise<Committed<Value>> {
        let unknown: CommonwattError | null = null;
        let failure: CommonwattError | null = null;
        for (let attempt = 1; ; attempt += 1) {
            const outcome: Outcome<Value> = await this.#attempt(submission, unknown !== null);
            if (outcome.type === 'done') {
                return outcome.committed;
            }
            if (outcome.type === 'unknown') {
                unknown = outcome.error;
                const found = await resolved(submission, outcome.transactionId);
                if (found !== null) {
                    return found;
                }
            }
            failure = toldOf(failure, outcome.error);
            const leftMs = submission.call.deadlineMs - Date.now();
            if (leftMs <= 0 || !mayGoOn(submission, outcome, attempt)) {
                throw unknown ?? refusalOf(failure);
            }
            if (attempt >= PATIENCE) {
                await this.#avoidDissenter(submission, outcome.error);
            }
            // The last pause ends with the caller's time: nothing is given up before.
            await this.#wait(Math.min(pauseMs(attempt), leftMs));
        }
    }

    async #attempt<Value>(submission: Submission<Value>, isResent: boolean): Promise<Outcome<Value>> {
        try {
            return judge(submission, await this.#submitOnce(submission));
        } catch (error) {
            if (error instanceof UnavailableError) {
                return { type: 'again', error };
            }
            if (error instanceof OutcomeUnknownError && error.transactionId !== null) {
                return { type: 'unknown', error, transactionId: error.transactionId, mayResend: true };
            }
            if (isResent && error instanceof ConflictError && error.transactionId !== null) {
                // The conflict may be with our own earlier transaction.
                return { type: 'unknown', error, transactionId: error.transactionId, mayResend: false };
            }
            throw error;
        }
    }

    /** Asks other endorsers while some are away. */
    async #submitOnce<Value>({ role, call, requiredMspIds }: Submission<Value>): Promise<Receipt> {
        const silent: string[] = [];
        for (;;) {
            const endorsers = await this.#endorsers.choose(role, requiredMspIds, silent);
            try {
                return await this.#transport.submit(call, endorsers);
            } catch (error) {
                const away = absentees(error, endorsers);
                if (away.length === 0) {
                    throw error;
                }
                this.#endorsers.markAway(away);
                silent.push(...away);
            }
        }
    }

    /** One organisation that refuses what the others endorse cannot block them. */
    async #avoidDissenter<Value>({ role, requiredMspIds }: Submission<Value>, error: CommonwattError): Promise<void> {
        const organizations = error.operands['organizations'];
        if (error instanceof DisagreementError && Array.isArray(organizations) && organizations.length === 1) {
            await this.#endorsers.avoid(role, String(organizations[0]), requiredMspIds);
        }
    }
}

/** Whether another attempt may still lead to something. */
function mayGoOn<Value>(
    { resolve }: Submission<Value>,
    outcome: Exclude<Outcome<Value>, { type: 'done' }>,
    attempt: number,
): boolean {
    if (outcome.type === 'unknown' && (resolve === undefined || !outcome.mayResend)) {
        return false;
    }
    const isRefused = attempt >= REFUSED_MAX && refusalOf(outcome.error) !== outcome.error;
    return !isRefused;
}

/** Named endorsers that are not there. */
function absentees(error: unknown, endorsers: readonly string[]): string[] {
    if (!(error instanceof UnavailableError) || error instanceof DisagreementError || isBusy(error)) {
        return [];
    }
    const organizations = error.operands['organizations'];
    return Array.isArray(organizations) ? endorsers.filter((mspId) => organizations.includes(mspId)) : [];
}

function judge<Value>(submission: Submission<Value>, receipt: Receipt): Outcome<Value> {
    const { payload, transactionId, blockNumber, validationCode } = receipt;
    if (validationCode === 'VALID') {
        return { type: 'done', committed: { value: submission.decode(payload), transactionId, blockNumber } };
    }
    const error = new CommitFailedError({ code: 'COMMIT_FAILED', operands: { validationCode }, transactionId });
    switch (validationCode) {
        case 'MVCC_READ_CONFLICT':
        case 'PHANTOM_READ_CONFLICT':
            return { type: 'again', error };
        // Of two that create the same record under a key policy, the later fails by that policy.
        case 'ENDORSEMENT_POLICY_FAILURE':
            return { type: 'unknown', error, transactionId, mayResend: false };
        default:
            throw error;
    }
}

/** The outcome as the record shows it, if the caller's time suffices to read it. */
async function resolved<Value>(
    { resolve, call }: Submission<Value>,
    transactionId: string,
): Promise<Committed<Value> | null> {
    const leftMs = call.deadlineMs - Date.now();
    if (resolve === undefined || leftMs <= 0) {
        return null;
    }
    const reading = resolve().catch((error: unknown) => {
        if (error instanceof UnavailableError) {
            return null; // it could not be read in time
        }
        throw error;
    });
    const value = await Promise.race([reading, pause(leftMs, null, { ref: false })]);
    return value === null ? null : { value, transactionId, blockNumber: null };
}

/** What to tell when the time is over: the refusal, where endorsers disagreed over one. */
const refusalOf = (error: CommonwattError): CommonwattError =>
    error instanceof DisagreementError ? (error.refusal ?? error) : error;
