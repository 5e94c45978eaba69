import type { Terms } from './agreement.js';
import { endSlot } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { MeteringPoint, Registers } from './meter.js';
import { isMonotonic, type SignedReading } from './reading.js';
import type { SignedStatement } from './signed-statement.js';
import { minus, type SlotIndex } from './units.js';

/**
 * `raised` by a party, `decided` by the operator's metering seat. A decision that the regulator confirms ends it: the
 * reading is `replaced`, or it stands and the dispute is `dismissed`; it is `superseded` when the regulator has confirmed a
 * decision on another dispute about the same reading since. One that it rejects is followed by another.
 */
export const DISPUTE_STATES = ['raised', 'decided', 'replaced', 'dismissed', 'superseded'] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

/** Most decisions on one dispute; all but the last were rejected in review. */
export const DECISIONS_MAX = 16;

/** Names a dispute: a party raises at most one about the reading of a point and slot, so nobody can take another's place. */
export type DisputeRef = Readonly<{ pointId: string; slot: SlotIndex; raisedBy: string }>;

/** What a party says: that it doubts the reading, by which right, and on which evidence, of which only the hash is told. */
export type Objection = DisputeRef &
    Readonly<{
        /** An agreement of the party with a leg at the point in the slot; `null` for the point's owner. */
        agreementId: string | null;
        evidenceHash: string;
    }>;

/**
 * What stands in the place of a reading. `registers` are those at the end of the slot: where a reading is missing or
 * wrong by itself. `energy` is that of the slot: where the meter counted wrong, and goes on from where it is.
 */
export const REPLACEMENT_KINDS = ['registers', 'energy'] as const;
export type Replacement = Registers & Readonly<{ kind: (typeof REPLACEMENT_KINDS)[number] }>;

/** A second meter at the point, and what it signed at both ends of the slot. */
export type CheckMeter = Readonly<{
    meterId: string;
    publicKey: string;
    before: SignedReading;
    after: SignedReading;
}>;

/** What the metering seat decides. */
export type DecisionStatement = DisputeRef &
    Readonly<{
        /** Counts the decisions on the dispute, from 1. */
        number: number;
        /** `null`: the reading stands. */
        replacement: Replacement | null;
        /** Where the replacement was measured; its energy is then what the check meter counted. */
        checkMeter: CheckMeter | null;
        reasonCode: string;
    }>;

/** What the regulator says of a decision, of which it names the hash. */
export const FINDINGS = ['confirmed', 'rejected'] as const;
export type ReviewStatement = DisputeRef &
    Readonly<{
        number: number;
        decisionHash: string;
        finding: (typeof FINDINGS)[number];
        reasonCode: string;
    }>;

export type Decision = SignedStatement<DecisionStatement>;
export type Review = SignedStatement<ReviewStatement>;

/** A doubt about what a meter says, and what became of it. */
export type Dispute = Readonly<{
    objection: Objection;
    keyId: string;
    signature: string;
    state: DisputeState;
    /** The last decision; the ones before it were rejected and stand in the history of the record. */
    decision: Decision | null;
}>;

/** A replacement in force, beside the reading, which stays. */
export type ReplacedReading = Replacement &
    Readonly<{ carrier: Carrier; slot: SlotIndex; pointId: string; raisedBy: string; number: number }>;

/**
 * The owner of a metered point may object to its reading, and so may the parties of an agreement that delivers there.
 * @throws METER_MISSING {pointId} · DISPUTE_OF_OTHERS {pointId, slot, participantId}
 */
export function demandConcerned(objection: Objection, point: MeteringPoint, terms: Terms | null): void {
    const { pointId, slot, raisedBy } = objection;
    demand(point.meter !== null && slot >= point.fromSlot, 'METER_MISSING', { pointId });
    const isConcerned =
        terms === null
            ? raisedBy === point.participantId
            : terms.parties.some(({ participantId }) => participantId === raisedBy) && deliversAt(terms, pointId, slot);
    demand(isConcerned, 'DISPUTE_OF_OTHERS', { pointId, slot, participantId: raisedBy });
}

const deliversAt = (terms: Terms, pointId: string, slot: SlotIndex): boolean =>
    slot >= terms.firstSlot &&
    slot < endSlot(terms) &&
    terms.legs.some((leg) => leg.sellerPoint === pointId || leg.buyerPoint === pointId);

/**
 * Decides whether a decision may be written: the first one on a dispute, or one after a rejection.
 * @throws DISPUTE_STATE {pointId, slot, raisedBy, state} · DECISION_INVALID {reason}
 */
export function decideDispute(dispute: Dispute, review: Review | null, decision: Decision): Dispute {
    const { statement } = decision;
    const last = dispute.decision?.statement.number ?? 0;
    const isOpen =
        dispute.state === 'raised' || (dispute.state === 'decided' && review?.statement.finding === 'rejected');
    demandState(isOpen && statement.number === last + 1, dispute);
    checkDecision(statement);
    return { ...dispute, state: 'decided', decision };
}

/** A check meter measures both ends of the slot, at this point, and tells the energy between them. */
function checkDecision({ pointId, slot, replacement, checkMeter }: DecisionStatement): void {
    if (checkMeter === null) {
        return;
    }
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'DECISION_INVALID', { reason });
    };
    const { before, after, meterId } = checkMeter;
    const isOfPoint = [before.reading, after.reading].every(
        (reading) => reading.pointId === pointId && reading.meterId === meterId,
    );
    invalid(isOfPoint, 'the readings are of the check meter at the point');
    invalid(before.reading.slot === slot - 1 && after.reading.slot === slot, 'it was read at both ends of the slot');
    invalid(before.reading.sequence < after.reading.sequence, 'its readings are in sequence');
    invalid(isMonotonic(before.reading, after.reading), 'its registers do not run backwards');
    const measured =
        replacement?.kind === 'energy' &&
        replacement.importWh === minus(after.reading.importWh, before.reading.importWh) &&
        replacement.exportWh === minus(after.reading.exportWh, before.reading.exportWh);
    invalid(measured, 'the replacement is the energy that the check meter counted');
}

/** The regulator speaks once of each decision. @throws DISPUTE_STATE {pointId, slot, raisedBy, state} */
export function followsReview(existing: Review | null, { pointId, slot, raisedBy }: ReviewStatement): void {
    const state = existing?.statement.finding ?? null;
    demand(existing === null, 'DISPUTE_STATE', { pointId, slot, raisedBy, state });
}

/** What the regulator has said: of the decision on a dispute, and which decision on the same reading it confirmed last. */
export type Reviewed = Readonly<{ review: Review | null; lastConfirmed: Review | null }>;

/**
 * Ends a dispute whose decision is confirmed. Of several decisions on one reading the one confirmed last is in force from its
 * closing on, whichever dispute it is on and however late an older one is closed.
 * @throws DISPUTE_STATE {pointId, slot, raisedBy, state} · REVIEW_MISSING {pointId, slot, raisedBy, finding}
 */
export function closeDispute(
    dispute: Dispute,
    decisionHash: string | null,
    { review, lastConfirmed }: Reviewed,
    carrier: Carrier,
): { dispute: Dispute; replaced: ReplacedReading | null } {
    const { pointId, slot, raisedBy } = dispute.objection;
    const { decision } = dispute;
    demandState(dispute.state === 'decided' && decision !== null, dispute);
    const isConfirmed = review?.statement.finding === 'confirmed' && review.statement.decisionHash === decisionHash;
    const finding = review?.statement.finding ?? null;
    demand(isConfirmed, 'REVIEW_MISSING', { pointId, slot, raisedBy, finding });
    const { replacement, number } = decision.statement;
    if (lastConfirmed !== null && lastConfirmed.statement.raisedBy !== raisedBy) {
        return { dispute: { ...dispute, state: 'superseded' }, replaced: null };
    }
    return replacement === null
        ? { dispute: { ...dispute, state: 'dismissed' }, replaced: null }
        : {
              dispute: { ...dispute, state: 'replaced' },
              replaced: { carrier, slot, pointId, raisedBy, number, ...replacement },
          };
}

/** Registers end one slot and begin the next. */
export const slotsOfReplaced = ({ kind, slot }: ReplacedReading): SlotIndex[] =>
    kind === 'registers' ? [slot, slot + 1] : [slot];

function demandState(holds: boolean, { objection, state }: Dispute): asserts holds {
    const { pointId, slot, raisedBy } = objection;
    demand(holds, 'DISPUTE_STATE', { pointId, slot, raisedBy, state });
}
