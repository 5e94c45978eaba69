import { type ErrorKind, type ErrorOperands, MarketError } from '@commonwatt/chaincode/domain/errors';
import type { WireError } from '@commonwatt/chaincode/wire/errors';

/** What a caller can do about a failure: the kinds of refusal, and what only a client can meet. */
export type FailureKind = ErrorKind | 'unavailable' | 'commitFailed' | 'outcomeUnknown';

/** The facts of one failure. */
export type FailureFacts = Readonly<{
    code: string;
    operands?: ErrorOperands;
    /** The transaction that failed, where one was proposed. */
    transactionId?: string;
    cause?: unknown;
}>;

/** A failure with a code and the values that decided it; one class per kind, so that callers branch on the class. */
export abstract class CommonwattError extends Error {
    abstract readonly kind: FailureKind;
    readonly code: string;
    readonly operands: ErrorOperands;
    readonly transactionId: string | null;

    constructor(facts: FailureFacts) {
        const operands = facts.operands ?? {};
        super(`${facts.code} ${operandsAsText(operands)}`, { cause: facts.cause });
        this.name = new.target.name;
        this.code = facts.code;
        this.operands = operands;
        this.transactionId = facts.transactionId ?? null;
    }
}

/** The input cannot be right, whatever the ledger holds. */
export class InvalidError extends CommonwattError {
    readonly kind = 'invalid';
}

/** The caller, or a party, may not do this. */
export class ForbiddenError extends CommonwattError {
    readonly kind = 'forbidden';
}

export class NotFoundError extends CommonwattError {
    readonly kind = 'notFound';
}

/** What is on the ledger stands against it. */
export class ConflictError extends CommonwattError {
    readonly kind = 'conflict';
}

/** More than one command, record or market may hold. */
export class LimitError extends CommonwattError {
    readonly kind = 'limit';
}

/** A fault of a chaincode or a peer, not of the caller. */
export class InternalError extends CommonwattError {
    readonly kind = 'internal';
}

/**
 * Too few peers answered within the caller's time; nothing was sent to the orderer.
 * Codes: PEER_UNAVAILABLE {organizations}: they are not there; PEER_BUSY {organizations, waitedMs}: they are, and have
 * more to do than they get done; GATEWAY_UNAVAILABLE {peers}, ENDORSERS_DISAGREE {organizations}, PEER_BEHIND {block,
 * height}.
 */
export class UnavailableError extends CommonwattError {
    readonly kind = 'unavailable';
}

/** Whether peers were there and had too much to do. */
export const isBusy = (error: CommonwattError): boolean => error.code === 'PEER_BUSY';

/** Of the failures that a call met, one after the other, which its caller is told: not the line that it waited in at last. */
export const toldOf = <Failure extends CommonwattError>(before: Failure | null, next: Failure): Failure =>
    before !== null && isBusy(next) ? before : next;

/** The transaction is in a block and invalid: it changed nothing. Code COMMIT_FAILED {validationCode}. */
export class CommitFailedError extends CommonwattError {
    readonly kind = 'commitFailed';
}

/**
 * The transaction was sent, and whether it will be in a block is not known: the deadline passed and its record cannot
 * be found. Code OUTCOME_UNKNOWN {}. Read the record by its id before deciding anything.
 */
export class OutcomeUnknownError extends CommonwattError {
    readonly kind = 'outcomeUnknown';
}

/**
 * The named endorsers did not answer alike: some refused, or their results differ. Mostly a peer is one block behind,
 * so the same command a moment later succeeds; nothing was sent to the orderer. Code ENDORSERS_DISAGREE {organizations}.
 */
export class DisagreementError extends UnavailableError {
    /** What those who refused said; `null` when all endorsed, with different results. */
    readonly refusal: CommonwattError | null;

    constructor(organizations: readonly string[], refused: CommonwattError | null) {
        super({ code: 'ENDORSERS_DISAGREE', operands: { organizations }, cause: refused });
        this.refusal = refused;
    }
}

const REFUSALS = {
    invalid: InvalidError,
    forbidden: ForbiddenError,
    notFound: NotFoundError,
    conflict: ConflictError,
    limit: LimitError,
    internal: InternalError,
} as const satisfies Record<ErrorKind, new (facts: FailureFacts) => CommonwattError>;

/** The chaincode's refusal as the class of its kind. */
export function refusal(error: WireError, transactionId?: string): CommonwattError {
    const { code, operands } = error;
    return new REFUSALS[error.kind]({ code, operands, ...(transactionId === undefined ? {} : { transactionId }) });
}

/** Runs what encodes or decodes; its refusals become the same classes as the chaincode's. */
export function translated<Value>(work: () => Value): Value {
    try {
        return work();
    } catch (error) {
        throw error instanceof MarketError ? refusal(error) : error;
    }
}

/** Whether what failed is a command refused, as opposed to a network that did not answer. */
export const isRefusal = (error: unknown): error is CommonwattError =>
    error instanceof CommonwattError && Object.hasOwn(REFUSALS, error.kind);

function operandsAsText(operands: ErrorOperands): string {
    return JSON.stringify(operands, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
