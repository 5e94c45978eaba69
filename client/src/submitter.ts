import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endorsers } from './endorsers.js';
import {
    type CommonwattError,
    CommitFailedError,
    ConflictError,
    DisagreementError,
    OutcomeUnknownError,
    UnavailableError,
} from './errors.js';
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

/** Attempts after which a conflict with other transactions is told to the caller. */
const ATTEMPTS_MAX = 8;
const UNKNOWN_MAX = 2;
/** Attempts in which a single endorser may contradict the others because its peer is a block behind. */
const PATIENCE = 3;
const FIRST_PAUSE_MS = 40;
const PAUSE_MS_MAX = 1_000;
/** No new endorsers are tried later than this, so that an absence is told within 15 s. */
const ENDORSE_MS_MAX = 9_000;

/** What one attempt came to. */
type Outcome<Value> =
    | Readonly<{ type: 'done'; committed: Committed<Value> }>
    | Readonly<{ type: 'again'; error: CommonwattError }> // it certainly changed nothing, and may succeed
    | Readonly<{ type: 'unknown'; error: CommonwattError; transactionId: string; mayResend: boolean }>;

/**
 * Submits with bounded retries: of read conflicts (MVCC, phantom) and of endorsers that disagree, because then nothing
 * was written. Everything else is told to the caller, except unknown outcomes, which the record's id resolves.
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
        let unknowns = 0;
        for (let attempt = 1; ; attempt += 1) {
            const outcome = await this.#attempt(submission, unknowns > 0);
            if (outcome.type === 'done') {
                return outcome.committed;
            }
            if (outcome.type === 'unknown') {
                unknowns += 1;
                const found = await resolved(submission, outcome.transactionId);
                if (found !== null) {
                    return found;
                }
                if (submission.resolve === undefined || !outcome.mayResend || unknowns >= UNKNOWN_MAX) {
                    throw outcome.error;
                }
            }
            if (attempt >= ATTEMPTS_MAX) {
                throw refusalOf(outcome.error);
            }
            if (attempt >= PATIENCE) {
                await this.#avoidDissenter(submission, outcome.error);
            }
            await this.#wait(pauseMs(attempt));
        }
    }

    async #attempt<Value>(submission: Submission<Value>, isResent: boolean): Promise<Outcome<Value>> {
        try {
            return judge(submission, await this.#submitOnce(submission));
        } catch (error) {
            if (error instanceof DisagreementError) {
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
        const startedMs = Date.now();
        const silent: string[] = [];
        for (;;) {
            const endorsers = await this.#endorsers.choose(role, requiredMspIds, silent);
            try {
                return await this.#transport.submit(call, endorsers);
            } catch (error) {
                const away = absentees(error, endorsers);
                if (away.length === 0 || Date.now() - startedMs > ENDORSE_MS_MAX) {
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

/** Named endorsers that did not answer. */
function absentees(error: unknown, endorsers: readonly string[]): string[] {
    const organizations = error instanceof UnavailableError ? error.operands['organizations'] : undefined;
    if (!Array.isArray(organizations) || error instanceof DisagreementError) {
        return [];
    }
    return endorsers.filter((mspId) => organizations.includes(mspId));
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

/** The outcome as the record shows it. */
async function resolved<Value>(
    { resolve }: Submission<Value>,
    transactionId: string,
): Promise<Committed<Value> | null> {
    const value = (await resolve?.()) ?? null;
    return value === null ? null : { value, transactionId, blockNumber: null };
}

/** What to tell when the retries are used up: the refusal, where endorsers disagreed over one. */
const refusalOf = (error: CommonwattError): CommonwattError =>
    error instanceof DisagreementError ? (error.refusal ?? error) : error;

/** Doubles, and differs between clients, so that those who collided do not collide again. */
const pauseMs = (attempt: number): number =>
    Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + randomInt(1_000) / 1_000);
