/** What a caller can do about an error; the SDK has one class per kind. */
export type ErrorKind = 'invalid' | 'forbidden' | 'notFound' | 'conflict' | 'limit' | 'internal';

/** The registry of every error of both chaincodes; `chaincode/docs/errors.md` explains each. */
export const ERROR_KINDS = {
    INPUT_INVALID: 'invalid',
    INPUT_NOT_CANONICAL: 'invalid',
    INPUT_TOO_LARGE: 'limit',
    VERB_UNKNOWN: 'invalid',
    RECORD_TOO_LARGE: 'limit',
    RECORDS_LIMIT: 'limit',
    TRANSACTION_TIME_REFUSED: 'invalid',
    SIGNATURE_INVALID: 'invalid',
    KEY_INVALID: 'invalid',
    CERTIFICATE_INVALID: 'invalid',

    CALLER_NOT_ADMIN: 'forbidden',
    CALLER_NOT_PARTICIPANT: 'forbidden',
    CALLER_NOT_SEATED: 'forbidden',
    ORG_NOT_ADMITTED: 'forbidden',

    CHARTER_MISSING: 'notFound',
    CHARTER_INVALID: 'invalid',
    CHARTER_ESTABLISHED: 'conflict',
    CHARTER_UNCONFIRMED: 'conflict',
    CHARTER_DIFFERS: 'conflict',
    RULES_INVALID: 'invalid',
    RULES_PENDING: 'conflict',
    PROPOSAL_MISSING: 'notFound',
    PROPOSAL_INVALID: 'invalid',
    PROPOSAL_STALE: 'conflict',
    PROPOSAL_NOT_CARRIED: 'forbidden',
    PROPOSAL_VETOED: 'forbidden',
    VOTE_CONFLICT: 'conflict',
    VOTES_LIMIT: 'limit',

    CLOCK_NOT_DUE: 'invalid',
    CLOCK_OUT_OF_ORDER: 'conflict',
    SLOT_BEGUN: 'conflict',
    SLOT_NOT_OVER: 'conflict',

    SEAT_CONFLICT: 'conflict',
    SEAT_MISSING: 'notFound',
    SEAT_REVOKED: 'forbidden',
    PARTICIPANT_MISSING: 'notFound',
    PARTICIPANT_CONFLICT: 'conflict',
    PARTICIPANT_LEAVING: 'forbidden',
    DEPARTURE_MISSING: 'notFound',
    AGREEMENTS_OPEN: 'conflict',
    NOT_WOUND_UP: 'conflict',
    SUBJECT_TAKEN: 'conflict',
    SECTOR_INVALID: 'invalid',
    TRADE_NOT_OF_KIND: 'forbidden',
    RELATION_NOT_PERMITTED: 'forbidden',
    POINT_NOT_OF_KIND: 'forbidden',
    ALLOWANCE_USED_UP: 'limit',
    MANDATE_MISSING: 'notFound',
    MANDATE_INVALID: 'invalid',
    MANDATE_REVOKED: 'conflict',
    MANDATE_EXCEEDED: 'forbidden',
    KEY_REPLACED: 'conflict',
    KEY_USED: 'conflict',
    KEY_PERMIT_MISSING: 'forbidden',
    KEY_PERMIT_REFUSED: 'forbidden',
    QUALIFICATION_MISSING: 'forbidden',
    QUALIFICATION_OF_ANOTHER: 'forbidden',
    ID_RESERVED: 'invalid',
    QUALIFICATION_CONFLICT: 'conflict',
    STANDARD_MISSING: 'notFound',
    STANDARD_CONFLICT: 'conflict',
    CONFORMITY_MISSING: 'forbidden',
    CONFORMITY_EXCEEDED: 'forbidden',
    CONFORMITY_CONFLICT: 'conflict',
    REQUIREMENT_MISSING: 'notFound',
    REQUIREMENT_NOT_MET: 'forbidden',
    REQUIREMENT_CONFLICT: 'conflict',
    METER_MISSING: 'notFound',
    METER_CONFLICT: 'conflict',
    METER_OF_OTHER: 'forbidden',
    METER_RELATION_INVALID: 'invalid',
    CHARGE_POINT_TAKEN: 'conflict',
    METER_EXCHANGE_INVALID: 'invalid',
    METER_EXCHANGE_CONFLICT: 'conflict',

    ACCOUNT_UNDERFUNDED: 'conflict',
    CREDIT_MISSING: 'notFound',
    CREDIT_NOT_NEEDED: 'invalid',
    DEPOSIT_CONFLICT: 'conflict',
    COVER_CONFLICT: 'conflict',
    LANE_FILLING_CONFLICT: 'conflict',
    COVER_EXHAUSTED: 'forbidden',
    COVER_OWED: 'conflict',
    COVER_UNDERFUNDED: 'conflict',
    PAYOUT_MISSING: 'notFound',
    PAYOUT_CONFLICT: 'conflict',
    PAYOUT_STATE: 'conflict',
    PAYMENT_CONFLICT: 'conflict',
    SUBSIDY_CONFLICT: 'conflict',

    OFFER_MISSING: 'notFound',
    OFFER_STATE: 'conflict',
    OFFER_ROUND: 'conflict',
    OFFER_ROUNDS_LIMIT: 'limit',
    OFFER_TURN: 'conflict',
    OFFER_OF_OTHERS: 'forbidden',
    OFFER_OPEN: 'invalid',
    OFFER_TAKEN: 'conflict',
    OFFER_PLACE_TAKEN: 'conflict',

    AGREEMENT_MISSING: 'notFound',
    AGREEMENT_STATE: 'conflict',
    AMENDMENT_CONFLICT: 'conflict',
    AMENDMENT_MISSING: 'notFound',
    VERSION_STALE: 'conflict',
    TERMS_INVALID: 'invalid',
    TERMS_LIMIT: 'limit',
    TRADES_LIMIT: 'limit',
    SIGNATURE_MISSING: 'forbidden',
    SIGNATURE_WITHDRAWN: 'conflict',
    VERDICT_MISSING: 'forbidden',
    VERDICT_CONFLICT: 'conflict',
    STANDING_VERDICT_EXCEEDED: 'forbidden',
    CONNECTION_MISSING: 'notFound',
    CONNECTION_CONFLICT: 'conflict',
    CONNECTION_OVERLOADED: 'conflict',
    SHARE_EXCEEDED: 'conflict',
    SHARE_CONFLICT: 'conflict',
    POINT_ELSEWHERE: 'invalid',
    CAPACITY_MISSING: 'conflict',
    CAPACITY_NOT_SET: 'notFound',
    ROUND_FULL: 'limit',
    SCREENING_MISSING: 'notFound',
    SCREENING_CONFLICT: 'conflict',
    ADMISSION_MISSING: 'forbidden',
    MARKET_HALTED: 'conflict',
    HALT_INVALID: 'invalid',
    HALT_CONFLICT: 'conflict',
    HALT_MISSING: 'notFound',

    READING_CONFLICT: 'conflict',
    READING_OUT_OF_ORDER: 'conflict',
    READING_NOT_MONOTONIC: 'invalid',
    READING_MISSING: 'notFound',
    SOURCE_CONFLICT: 'conflict',
    SOURCE_MISSING: 'notFound',
    SOURCE_INVALID: 'invalid',
    SOURCE_REVOKED: 'forbidden',
    SOURCE_OF_OTHERS: 'forbidden',
    STATEMENT_INVALID: 'invalid',
    STATEMENT_CONFLICT: 'conflict',
    STATEMENT_MISSING: 'notFound',
    FORCE_MAJEURE_INVALID: 'invalid',
    FORCE_MAJEURE_CONFLICT: 'conflict',
    FORCE_MAJEURE_MISSING: 'notFound',
    CALORIFIC_CONFLICT: 'conflict',
    CALORIFIC_MISSING: 'notFound',
    DISPUTE_MISSING: 'notFound',
    DISPUTE_CONFLICT: 'conflict',
    DISPUTE_STATE: 'conflict',
    DISPUTE_OF_OTHERS: 'forbidden',
    DECISION_INVALID: 'invalid',
    REVIEW_MISSING: 'forbidden',
    FACT_REVIEWED: 'conflict',
    FACT_REVIEW_MISSING: 'notFound',
    FACT_NOT_CONFIRMED: 'forbidden',
    SETTLEMENT_MISSING: 'notFound',
    SETTLEMENT_OUT_OF_ORDER: 'conflict',
    RECONCILIATION_NOT_DUE: 'conflict',
    RECONCILIATION_FINAL: 'conflict',

    LEDGER_CALL_FAILED: 'internal',
    INVARIANT_BROKEN: 'internal',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** The facts of one error: what was refused and the values that decided it. */
export type ErrorOperands = Readonly<Record<string, string | number | bigint | boolean | null | readonly string[]>>;

/** A refusal with a code of the registry; thrown by decisions, it changes nothing on the ledger. */
export class MarketError extends Error {
    public readonly kind: ErrorKind;

    public constructor(
        public readonly code: ErrorCode,
        public readonly operands: ErrorOperands = {},
    ) {
        super(code);
        this.name = 'MarketError';
        this.kind = ERROR_KINDS[code];
    }
}

export function marketError(code: ErrorCode, operands?: ErrorOperands): MarketError {
    return new MarketError(code, operands);
}

/** @throws the coded error unless the condition holds. */
export function demand(condition: boolean, code: ErrorCode, operands?: ErrorOperands): asserts condition {
    if (!condition) {
        throw marketError(code, operands);
    }
}

/** States what must be true whatever the input was. @throws INVARIANT_BROKEN {invariant} */
export function assert(condition: boolean, invariant: string): asserts condition {
    demand(condition, 'INVARIANT_BROKEN', { invariant });
}
