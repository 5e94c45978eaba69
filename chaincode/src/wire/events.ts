import { z } from 'zod';
import { DISPUTE_STATES, FINDINGS } from '../domain/dispute.js';
import { FACT_FINDINGS, FACT_KINDS } from '../domain/fact.js';
import { PARTICIPANT_KINDS } from '../domain/participant.js';
import { SEAT_KINDS } from '../domain/seat.js';
import { AGREEMENT_STATES } from '../domain/lifecycle.js';
import { CHOICES } from '../domain/proposal.js';
import { OFFER_STATES } from '../domain/offer.js';
import { type Codec, codec } from './codec.js';
import {
    calorificField,
    carrierField,
    countField,
    hashField,
    idField,
    mspIdField,
    positiveAmountField,
    reasonField,
    slotField,
    versionField,
} from './fields.js';
import { RUNS_MAX } from './settlement.js';

const disputeRef = { pointId: idField, slot: slotField, raisedBy: idField };

/** Debts that a step has paid before it took money for what it was for; absent where there were none. */
const debtsPaid = z
    .array(z.strictObject({ participantId: idField, carrier: carrierField, amountNano: positiveAmountField }))
    .min(1)
    .optional();

/**
 * Every event, by name and version. A transaction emits at most one, about what it changed; a later version is added
 * beside the earlier, never in its place. Events are hints: projections check them against the blocks' write sets.
 */
const SCHEMAS = {
    'CharterEstablished/1': z.strictObject({ charterHash: hashField, currency: z.string(), firstSlot: slotField }),
    /** `missing`: organisations that have not confirmed yet; none when the charter comes into force. */
    'CharterConfirmed/1': z.strictObject({
        charterHash: hashField,
        mspId: mspIdField,
        missing: z.array(mspIdField),
    }),
    'SeatGranted/1': z.strictObject({ kind: z.enum(SEAT_KINDS), mspId: mspIdField, subjectHash: hashField }),
    'SeatRevoked/1': z.strictObject({ kind: z.enum(SEAT_KINDS), mspId: mspIdField, subjectHash: hashField }),
    'RulesProposed/1': z.strictObject({
        proposalId: hashField,
        version: versionField,
        mspId: mspIdField,
        voteUntilSlot: slotField,
        fromSlot: slotField,
    }),
    'VoteGiven/1': z.strictObject({ proposalId: hashField, mspId: mspIdField, choice: z.enum(CHOICES) }),
    'RulesEnacted/1': z.strictObject({ proposalId: hashField, version: versionField, fromSlot: slotField }),
    'ClockAdvanced/1': z.strictObject({ fromSlot: slotField, toSlot: slotField }),
    'ParticipantApplied/1': z.strictObject({ participantId: idField, kind: z.enum(PARTICIPANT_KINDS) }),
    'DepartureAnnounced/1': z.strictObject({ participantId: idField }),
    'DepartureAdvanced/1': z.strictObject({ participantId: idField, isWoundUp: z.boolean() }),
    'KeyRotated/1': z.strictObject({ participantId: idField, oldKeyId: hashField, keyId: hashField }),
    'KeyPermitted/1': z.strictObject({ participantId: idField, keyId: hashField, fromSlot: slotField }),
    'KeyRefused/1': z.strictObject({ participantId: idField, keyId: hashField }),
    'MandateGranted/1': z.strictObject({
        mandateId: hashField,
        principalId: idField,
        agentId: idField,
        untilSlot: slotField,
    }),
    'MandateRevoked/1': z.strictObject({ mandateId: hashField, principalId: idField, agentId: idField }),
    'QualificationChanged/1': z.strictObject({
        participantId: idField,
        sequence: versionField,
        status: z.enum(['granted', 'suspended', 'revoked']),
    }),
    'StandardPublished/1': z.strictObject({ standardId: idField, carrier: carrierField, fromSlot: slotField }),
    'ConformityChanged/1': z.strictObject({
        pointId: idField,
        standardId: idField,
        sequence: versionField,
        status: z.enum(['certified', 'withdrawn']),
    }),
    'RequirementPublished/1': z.strictObject({ carrier: carrierField, version: versionField }),
    'MeterRegistered/1': z.strictObject({ pointId: idField, participantId: idField, carrier: carrierField }),
    'ConnectionSet/1': z.strictObject({ carrier: carrierField, connectionPoint: idField, sequence: versionField }),
    'MeterExchanged/1': z.strictObject({
        pointId: idField,
        oldMeterId: idField,
        meterId: idField,
        slot: slotField,
        isDead: z.boolean(),
    }),
    'ShareTransferred/1': z.strictObject({
        carrier: carrierField,
        connectionPoint: idField,
        sequence: versionField,
        fromPointId: idField,
        toPointId: idField,
    }),
    'AgreementsAdmitted/1': z.strictObject({ agreementIds: z.array(hashField) }),
    'DepositAccepted/1': z.strictObject({
        paymentId: idField,
        participantId: idField,
        amountNano: positiveAmountField,
    }),
    'CoverRaised/1': z.strictObject({
        participantId: idField,
        transferId: idField,
        carrier: carrierField,
        amountNano: positiveAmountField,
        debtsPaid,
    }),
    'LanesFilled/1': z.strictObject({
        participantId: idField,
        fillingId: idField,
        amountNano: positiveAmountField,
    }),
    'CoverLowered/1': z.strictObject({
        participantId: idField,
        drawId: idField,
        carrier: carrierField,
        amountNano: positiveAmountField,
    }),
    'PayoutRequested/1': z.strictObject({
        participantId: idField,
        payoutId: idField,
        amountNano: positiveAmountField,
        debtsPaid,
    }),
    'PayoutConfirmed/1': z.strictObject({
        participantId: idField,
        payoutId: idField,
        paymentId: idField,
        amountNano: positiveAmountField,
    }),
    'PayoutReturned/1': z.strictObject({
        participantId: idField,
        payoutId: idField,
        paymentId: idField,
        amountNano: positiveAmountField,
        reasonCode: reasonField,
    }),
    'SubsidyFunded/1': z.strictObject({ paymentId: idField, carrier: carrierField, amountNano: positiveAmountField }),
    'OfferProposed/1': z.strictObject({
        offerId: hashField,
        makerId: idField,
        partyIds: z.array(idField),
        answersId: hashField.nullable(),
        deadlineSlot: slotField,
    }),
    'OfferCountered/1': z.strictObject({
        offerId: hashField,
        round: versionField,
        proposerId: idField,
        deadlineSlot: slotField,
    }),
    'OfferAccepted/1': z.strictObject({
        offerId: hashField,
        round: versionField,
        participantId: idField,
        state: z.enum(OFFER_STATES),
    }),
    'OfferWithdrawn/1': z.strictObject({ offerId: hashField, round: versionField, participantId: idField }),
    'OfferExpired/1': z.strictObject({ offerId: hashField, round: versionField }),
    'ConsentWithdrawn/1': z.strictObject({ participantId: idField, documentHash: hashField }),
    'AgreementConcluded/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        termsHash: hashField,
        partyIds: z.array(idField),
        debtsPaid,
    }),
    'VerdictGiven/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        decision: z.enum(['approved', 'rejected', 'terminated']),
    }),
    'StandingVerdictGiven/1': z.strictObject({
        standingId: idField,
        sequence: versionField,
        status: z.enum(['granted', 'revoked']),
    }),
    'AgreementScreened/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        carrier: carrierField,
        decision: z.enum(['admitted', 'refused']),
    }),
    'AgreementFunded/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        standingId: idField.nullable(),
    }),
    'AmendmentProposed/1': z.strictObject({ agreementId: hashField, version: versionField, termsHash: hashField }),
    'AmendmentEnacted/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        fromSlot: slotField,
        standingId: idField.nullable(),
        debtsPaid,
    }),
    'AgreementCancelled/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        state: z.enum(AGREEMENT_STATES),
        endSlot: slotField,
    }),
    'AgreementReleased/1': z.strictObject({
        agreementId: hashField,
        version: versionField,
        state: z.enum(AGREEMENT_STATES),
        endSlot: slotField,
    }),
    'AgreementLapsed/1': z.strictObject({ agreementId: hashField, version: versionField }),
    'HaltSet/1': z.strictObject({
        carrier: carrierField,
        mspId: mspIdField,
        fromSlot: slotField,
        untilSlot: slotField,
    }),
    'HaltLifted/1': z.strictObject({ carrier: carrierField, liftedSlot: slotField }),
    'ReadingsSubmitted/1': z.strictObject({ pointIds: z.array(idField), readings: countField(1, 1_000) }),
    'DisputeRaised/1': z.strictObject(disputeRef),
    'DisputeDecided/1': z.strictObject({ ...disputeRef, number: versionField }),
    'DisputeReviewed/1': z.strictObject({ ...disputeRef, number: versionField, finding: z.enum(FINDINGS) }),
    'DisputeClosed/1': z.strictObject({ ...disputeRef, carrier: carrierField, state: z.enum(DISPUTE_STATES) }),
    'FactReviewed/1': z.strictObject({
        kind: z.enum(FACT_KINDS),
        subjectId: idField,
        factHash: hashField,
        finding: z.enum(FACT_FINDINGS),
        fromSlot: slotField.nullable(),
    }),
    'SourceRegistered/1': z.strictObject({ sourceId: idField }),
    'SourceRenewed/1': z.strictObject({ sourceId: idField, version: versionField, isRevoked: z.boolean() }),
    'StatementsSubmitted/1': z.strictObject({ agreementIds: z.array(hashField), statements: countField(1, 1_000) }),
    /** `factHash`: what the regulator confirms it by. */
    'ForceMajeureDeclared/1': z.strictObject({
        declarationId: idField,
        factHash: hashField,
        carrier: carrierField,
        fromSlot: slotField,
        untilSlot: slotField,
    }),
    'CalorificPublished/1': z.strictObject({
        fromSlot: slotField,
        slotCount: countField(1, 96),
        calorificWhPerM3: calorificField,
        version: versionField,
        attestedBy: idField.nullable(),
    }),
    'ReconciliationRun/1': z.strictObject({
        carrier: carrierField,
        slot: slotField,
        run: countField(1, RUNS_MAX),
        isFinal: z.boolean(),
    }),
    'SettlementRun/1': z.strictObject({
        carrier: carrierField,
        slot: slotField,
        run: countField(0, RUNS_MAX),
        closedAgreementIds: z.array(hashField),
    }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof SCHEMAS;
export type MarketEvent = {
    [Name in EventName]: Readonly<{ name: Name; payload: z.output<(typeof SCHEMAS)[Name]> }>;
}[EventName];

export const EVENT_NAMES = Object.keys(SCHEMAS) as EventName[];

const CODECS = Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => [name, codec(schema as z.ZodType)]),
) as Record<EventName, Codec<unknown>>;

/** Payload of an event as its bytes on the channel. */
export const encodeEvent = (event: MarketEvent): string => CODECS[event.name].encode(event.payload);

/** Reads an event from a block; `null` for a name that this version does not know. */
export function decodeEvent(name: string, payload: string): MarketEvent | null {
    if (!Object.hasOwn(CODECS, name)) {
        return null;
    }
    return { name, payload: CODECS[name as EventName].decode(payload) } as MarketEvent;
}
