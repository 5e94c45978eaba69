import type { AccountName } from '../domain/posting.js';
import { coverAccount, escrowAccount, freeAccount, payoutAccount, subsidyAccount } from '../domain/posting.js';
import { heldBy } from '../domain/escrow.js';
import { type AmountNano, NO_MONEY } from '../domain/units.js';
import { admissionCodec, agreementAtPointCodec, countedPointCodec, loadingCodec } from '../wire/admission.js';
import {
    coverCodec,
    coverDrawCodec,
    coverTransferCodec,
    laneFillingCodec,
    creditCodec,
    depositCodec,
    indebtednessCodec,
    laneCodec,
    payoutCodec,
    paymentCodec,
    subsidyFundCodec,
    subsidyPaymentCodec,
} from '../wire/account.js';
import { allowanceCodec, tradesBetweenCodec } from '../wire/allowance.js';
import { agreementCodec, partyAgreementCodec } from '../wire/agreement.js';
import { calorificCodec } from '../wire/calorific.js';
import { datedRulesCodec, establishedCharterCodec } from '../wire/charter.js';
import { tickCodec } from '../wire/clock.js';
import type { Codec } from '../wire/codec.js';
import { conformityCodec } from '../wire/conformity.js';
import { withdrawalCodec } from '../wire/consent.js';
import { connectionCodec, connectionShareCodec } from '../wire/connection.js';
import { disputeCodec, replacedReadingCodec, reviewCodec } from '../wire/dispute.js';
import { commitmentCodec, executionCodec } from '../wire/escrow.js';
import { factReviewCodec } from '../wire/fact.js';
import { forceMajeureCodec, struckPointsCodec } from '../wire/force-majeure.js';
import { haltCodec } from '../wire/halt.js';
import { mandateCodec, mandateTotalCodec, mandateUseCodec } from '../wire/mandate.js';
import { chargePointCodec, meterExchangeCodec, meteringPointCodec } from '../wire/meter.js';
import { offerCodec, offerPlaceCodec } from '../wire/offer.js';
import {
    departureCodec,
    keyPermitCodec,
    keySuccessionCodec,
    participantCodec,
    subjectBindingCodec,
} from '../wire/participant.js';
import { ballotCodec, proposalCodec } from '../wire/proposal.js';
import { qualificationCodec } from '../wire/qualification.js';
import { estimatesCodec, lastReadingCodec, recordedReadingCodec } from '../wire/reading.js';
import { requirementCodec } from '../wire/requirement.js';
import { screeningCodec } from '../wire/screening.js';
import { seatCodec } from '../wire/seat.js';
import { reopeningCodec } from '../wire/reconciliation.js';
import { settlementCodec, slotClaimsCodec, storageCodec } from '../wire/settlement.js';
import { sourceCodec } from '../wire/source.js';
import { signedDeliveryCodec } from '../wire/statement.js';
import { standardCodec } from '../wire/standard.js';
import { standingVerdictCodec, verdictCodec } from '../wire/verdict.js';

/** Parts of a key: ids and names hold no slash, numbers are padded so that text order is number order. */
export type KeyPart = string | number;

/**
 * One kind of record: where it is kept and how it is written. `money` says what the record holds for whom; every
 * change of it must be matched by postings.
 */
export type RecordType<Value> = Readonly<{
    name: string;
    keyOf: (value: Value) => readonly KeyPart[];
    codec: Codec<Value>;
    money?: (value: Value) => readonly (readonly [AccountName, AmountNano])[];
}>;

const SLOT_DIGITS = 10;

/** `name/part/part…`; slots and lanes padded to ten digits. */
export const ledgerKey = (name: string, parts: readonly KeyPart[]): string =>
    [name, ...parts.map((part) => (typeof part === 'number' ? String(part).padStart(SLOT_DIGITS, '0') : part))].join(
        '/',
    );

const record = <Value>(
    name: string,
    codec: Codec<Value>,
    keyOf: (value: Value) => readonly KeyPart[],
    money?: RecordType<Value>['money'],
): RecordType<Value> => ({ name, keyOf, codec, ...(money === undefined ? {} : { money }) });

/** The key space of both chaincodes (`docs/key-space.md` says who writes each, under which policy, for how long). */
/** The charter and who has confirmed it: what every transaction reads. */
export const CHARTER = record('charter', establishedCharterCodec, () => []);
/** The rules that were enacted last: what every step reads. */
export const RULES = record('rules', datedRulesCodec, () => []);
/** Every version of the rules, by which old agreements and old slots are judged. */
export const RULES_VERSION = record('rules-version', datedRulesCodec, ({ rules }) => [rules.version]);
export const PROPOSAL = record('proposal', proposalCodec, ({ proposalId }) => [proposalId]);
/** Votes by organisation, so that nobody waits for the voters of another. */
export const BALLOT = record('ballot', ballotCodec, ({ proposalId, mspId }) => [proposalId, mspId]);

export const SEAT = record('seat', seatCodec, (seat) => [seat.kind, seat.mspId, seat.subjectHash]);
export const QUALIFICATION = record('qualification', qualificationCodec, (qualification) => [
    qualification.statement.participantId,
]);
export const STANDARD = record('standard', standardCodec, ({ statement }) => [statement.standardId]);
export const CONFORMITY = record('conformity', conformityCodec, ({ statement }) => [
    statement.pointId,
    statement.standardId,
]);
export const VERDICT = record('verdict', verdictCodec, ({ statement }) => [statement.agreementId, statement.version]);
/** The verdict that ended an agreement, whichever of its versions it named. */
export const TERMINATION = record('termination', verdictCodec, ({ statement }) => [statement.agreementId]);
export const STANDING_VERDICT = record('standing-verdict', standingVerdictCodec, ({ statement }) => [
    statement.standingId,
]);
/** The last halt of a carrier: the gate that conclude and fund read. */
export const HALT = record('halt', haltCodec, ({ statement }) => [statement.carrier]);
/** Every halt by its first slot: what settlement scans. */
export const HALT_PERIOD = record('halt-period', haltCodec, ({ statement }) => [statement.carrier, statement.fromSlot]);

export const TICK = record('tick', tickCodec, (tick) => [tick.slot]);

export const PARTICIPANT = record('participant', participantCodec, (participant) => [participant.participantId]);
/** Which participant a certificate speaks for; keyed by the hash of MSP and subject. */
export const subjectRecord = (subjectHash: string): RecordType<{ readonly participantId: string }> =>
    record('subject', subjectBindingCodec, () => [subjectHash]);

/** Who leaves the market: what conclude and its like read as absent. */
export const DEPARTURE = record('departure', departureCodec, ({ participantId }) => [participantId]);

/** Keys that gave way to others: what an agreement or a mandate of the old one is followed by. */
export const KEY_SUCCESSION = record('key-succession', keySuccessionCodec, ({ rotation }) => [
    rotation.participantId,
    rotation.oldKeyId,
]);
/** One at a time, so that whoever refuses has one to refuse. */
export const KEY_PERMIT = record('key-permit', keyPermitCodec, ({ participantId }) => [participantId]);

/** What a participant, or the parties at two points, have left on the ledger on a day. */
export const ALLOWANCE = record('allowance', allowanceCodec, ({ holder, purpose, part }) => [...holder, purpose, part]);

/** Agreements between two points by blocks of first slots. */
export const TRADES_BETWEEN = record(
    'trades-between',
    tradesBetweenCodec,
    ({ carrier, sellerPoint, buyerPoint, block }) => [carrier, sellerPoint, buyerPoint, block],
);

export const MANDATE = record('mandate', mandateCodec, ({ statement, mandateId }) => [
    statement.principalId,
    mandateId,
]);
/** What an agent has bound its principal to, 96 slots a record. */
export const MANDATE_USE = record('mandate-use', mandateUseCodec, ({ principalId, mandateId, block }) => [
    principalId,
    mandateId,
    block,
]);

/** The same over the mandate's life: one number, which only this agent's steps for this principal write. */
export const MANDATE_TOTAL = record('mandate-total', mandateTotalCodec, ({ principalId, mandateId }) => [
    principalId,
    mandateId,
]);

/** What a carrier's network asks of agreements: the last version. */
export const REQUIREMENT = record('requirement', requirementCodec, ({ statement }) => [statement.carrier]);

export const METERING_POINT = record('metering-point', meteringPointCodec, (point) => [point.pointId]);
/** Metering points by carrier and first slot: what settlement scans. */
export const POINT_FROM_SLOT = record('point-from-slot', meteringPointCodec, (point) => [
    point.carrier,
    point.fromSlot,
    point.pointId,
]);
/** Who hands energy over at a charge point: what a further mobility point must fit to. */
export const CHARGE_POINT = record('charge-point', chargePointCodec, ({ chargePointId }) => [chargePointId]);
/** Meters that were taken out, by their ids: none comes back. */
export const METER_EXCHANGE = record('meter-exchange', meterExchangeCodec, ({ pointId, oldMeterId }) => [
    pointId,
    oldMeterId,
]);
export const READING = record('reading', recordedReadingCodec, ({ reading }) => [reading.pointId, reading.slot]);
/** The last reading of a point's meter, with its key: what the next one must follow. */
export const LAST_READING = record('last-reading', lastReadingCodec, ({ reading }) => [reading.pointId]);
export const SOURCE = record('source', sourceCodec, ({ statement }) => [statement.sourceId]);
/** What a source stated of one leg of an agreement in one slot. */
export const STATEMENT = record('statement', signedDeliveryCodec, ({ statement }) => [
    statement.agreementId,
    statement.leg,
    statement.slot,
]);
export const FORCE_MAJEURE = record('force-majeure', forceMajeureCodec, ({ statement }) => [statement.declarationId]);
/** Points struck in a slot by any declaration: what settlement reads. */
export const STRUCK_POINTS = record('struck-points', struckPointsCodec, ({ carrier, slot }) => [carrier, slot]);
/** Calorific values by which the gas of a slot is counted. */
export const CALORIFIC = record('calorific', calorificCodec, ({ slot }) => [slot]);
/** Registers that a run estimated for the end of its slot: where the next slot begins. */
export const ESTIMATES = record('estimate', estimatesCodec, ({ carrier, slot }) => [carrier, slot]);

export const DISPUTE = record('dispute', disputeCodec, ({ objection }) => [
    objection.pointId,
    objection.slot,
    objection.raisedBy,
]);
/** What the regulator says of each decision on a dispute. */
export const DISPUTE_REVIEW = record('dispute-review', reviewCodec, ({ statement }) => [
    statement.pointId,
    statement.slot,
    statement.raisedBy,
    statement.number,
]);
/** Which decision on a reading the regulator confirmed last, of all disputes about it: what a closing names. */
export const CONFIRMED_DECISION = record('confirmed-decision', reviewCodec, ({ statement }) => [
    statement.pointId,
    statement.slot,
]);
/** What the regulator says of facts that officers of the market state. */
export const FACT_REVIEW = record('fact-review', factReviewCodec, ({ statement }) => [
    statement.kind,
    statement.factHash,
]);
/** What stands in the place of readings since a confirmed decision, by carrier and slot: what settlement scans. */
export const REPLACED_READING = record('replaced-reading', replacedReadingCodec, ({ carrier, slot, pointId }) => [
    carrier,
    slot,
    pointId,
]);

/** What a connection point carries: the last statement of the network operator. */
export const CONNECTION = record('connection', connectionCodec, ({ statement }) => [
    statement.carrier,
    statement.connectionPoint,
]);
/** What each metering point has of its connection: a key of its own, so that neighbours wait for nobody. */
export const SHARE = record('share', connectionShareCodec, ({ carrier, connectionPoint, pointId }) => [
    carrier,
    connectionPoint,
    pointId,
]);
/** What is admitted at a point, 96 slots a record: rounds of admission alone read and write it. */
export const LOADING = record('loading', loadingCodec, ({ carrier, pointId, firstSlot }) => [
    carrier,
    pointId,
    firstSlot,
]);
/** What is set aside for an agreement: what funding and enacting read. */
export const ADMISSION = record('admission', admissionCodec, ({ agreementId }) => [agreementId]);
/** Points of which what is in force is counted. */
export const COUNTED_POINT = record('counted-point', countedPointCodec, ({ carrier, pointId }) => [carrier, pointId]);
/** Agreements in force by point: what the first count of a point scans. */
export const AGREEMENT_AT_POINT = record('agreement-at-point', agreementAtPointCodec, (each) => [
    each.carrier,
    each.pointId,
    each.firstSlot,
    each.agreementId,
]);

/** What went into a storage point and came back, as far as its network fee was credited. */
export const STORAGE = record('storage', storageCodec, ({ carrier, pointId }) => [carrier, pointId]);

export const DEPOSIT = record('deposit', depositCodec, (deposit) => [deposit.paymentId]);
export const LANE = record(
    'lane',
    laneCodec,
    (lane) => [lane.participantId, lane.lane],
    (lane) => [[freeAccount(lane.participantId), lane.balanceNano]],
);
export const CREDIT = record(
    'credit',
    creditCodec,
    (credit) => [credit.participantId, credit.sourceId],
    (credit) => [[freeAccount(credit.participantId), credit.amountNano]],
);
/** What a participant moved into its covers: it makes the same command again change nothing. */
export const COVER_TRANSFER = record('cover-transfer', coverTransferCodec, (transfer) => [
    transfer.participantId,
    transfer.transferId,
]);
/** What a participant moved between its lanes, to the same end. */
export const LANE_FILLING = record('lane-filling', laneFillingCodec, (filling) => [
    filling.participantId,
    filling.fillingId,
]);
/** What a participant took out of its covers, to the same end. */
export const COVER_DRAW = record('cover-draw', coverDrawCodec, (draw) => [draw.participantId, draw.drawId]);
export const COVER = record(
    'cover',
    coverCodec,
    (cover) => [cover.participantId, cover.carrier],
    (cover) => [[coverAccount(cover.participantId, cover.carrier), cover.balanceNano]],
);

/** Money on its way out: it stays on the ledger until it is confirmed to be paid. */
export const PAYOUT = record(
    'payout',
    payoutCodec,
    (payout) => [payout.participantId, payout.payoutId],
    (payout) => [[payoutAccount(payout.participantId), payout.paymentId === null ? payout.amountNano : NO_MONEY]],
);
/** What an external payment stands for, in either direction: it counts once. */
export const PAYMENT = record('payment', paymentCodec, (payment) => [payment.paymentId]);

/** Money for renewable energy of a carrier. */
export const SUBSIDY_FUND = record(
    'subsidy-fund',
    subsidyFundCodec,
    (fund) => [fund.carrier],
    (fund) => [[subsidyAccount(fund.carrier), fund.balanceNano]],
);
export const SUBSIDY_PAYMENT = record('subsidy-payment', subsidyPaymentCodec, (payment) => [payment.paymentId]);

export const OFFER = record('offer', offerCodec, (offer) => [offer.offerId]);
/** Which offer stands in a signer's place: the places bound how many are pending, and no two signers share a key. */
export const OFFER_PLACE = record('offer-place', offerPlaceCodec, (taken) => [taken.holderId, taken.place]);

/** Whether a cover is exhausted: what conclude and fund read instead of the cover. */
export const INDEBTEDNESS = record('indebtedness', indebtednessCodec, ({ participantId, carrier }) => [
    participantId,
    carrier,
]);

/** What the parties signed, under a key policy of its own. */
export const AGREEMENT = record('agreement', agreementCodec, (agreement) => [agreement.agreementId]);
/** Agreements by party: what a participant asks for. */
export const PARTY_AGREEMENT = record('party-agreement', partyAgreementCodec, ({ participantId, agreementId }) => [
    participantId,
    agreementId,
]);
/** Amendments that every party signed, by the version they would be. */
export const AMENDMENT = record('amendment', agreementCodec, (amendment) => [
    amendment.agreementId,
    amendment.terms.version,
]);
/** The network operator's word on a version, where a carrier is screened centrally. */
export const SCREENING = record('screening', screeningCodec, ({ statement }) => [
    statement.agreementId,
    statement.version,
    statement.carrier,
]);
/** Signatures taken back, by the document that was signed. */
export const WITHDRAWAL = record('withdrawal', withdrawalCodec, (withdrawal) => [
    withdrawal.documentHash,
    withdrawal.participantId,
    withdrawal.keyId,
]);
/** State and escrow of an agreement, apart from its terms, so that no party's org can hold it up. */
export const EXECUTION = record(
    'execution',
    executionCodec,
    (execution) => [execution.agreementId],
    (execution) =>
        execution.holdings.map((holding) => [
            escrowAccount(execution.agreementId, holding.participantId),
            heldBy(holding),
        ]),
);
/** Agreements by carrier and first slot: what settlement scans, so that it can leave none out. */
export const COMMITMENT = record('commitment', commitmentCodec, (commitment) => [
    commitment.carrier,
    commitment.firstSlot,
    commitment.agreementId,
]);

/** Default amounts by agreement: what a cap is drawn for, and in which order. */
export const CLAIMS = record('claims', slotClaimsCodec, ({ agreementId, slot, carrier }) => [
    agreementId,
    slot,
    carrier,
]);
/** Slots that a dispute has opened for one run more. */
export const REOPENING = record('reopening', reopeningCodec, ({ carrier, slot }) => [carrier, slot]);
export const SETTLEMENT = record('settlement', settlementCodec, (settlement) => [
    settlement.carrier,
    settlement.slot,
    settlement.run,
]);
