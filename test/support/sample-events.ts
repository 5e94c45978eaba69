import { amountNano, calorificWhPerM3 } from '@commonwatt/chaincode/domain/units';
import type { MarketEvent } from '@commonwatt/chaincode/wire/events';
import { FIRST_SLOT } from './sample-market.js';

const agreementId = '1a'.repeat(32);
const HASH = '9d'.repeat(32);
const termsHash = '2b'.repeat(32);

const DEBTS_PAID = [{ participantId: 'anna', carrier: 'heat' as const, amountNano: amountNano(3_000_000n) }];

/** One event of every name. */
export const SAMPLE_EVENTS: readonly MarketEvent[] = [
    { name: 'CharterEstablished/1', payload: { charterHash: HASH, currency: 'EUR', firstSlot: FIRST_SLOT } },
    { name: 'CharterConfirmed/1', payload: { charterHash: HASH, mspId: 'OperatorMSP', missing: ['RegulatorMSP'] } },
    { name: 'SeatGranted/1', payload: { kind: 'reviewer', mspId: 'RegulatorMSP', subjectHash: '3c'.repeat(32) } },
    { name: 'SeatRevoked/1', payload: { kind: 'reviewer', mspId: 'RegulatorMSP', subjectHash: '3c'.repeat(32) } },
    {
        name: 'RulesProposed/1',
        payload: {
            proposalId: '7a'.repeat(32),
            version: 2,
            mspId: 'CommunityMSP',
            voteUntilSlot: FIRST_SLOT + 4,
            fromSlot: FIRST_SLOT + 8,
        },
    },
    { name: 'VoteGiven/1', payload: { proposalId: '7a'.repeat(32), mspId: 'OperatorMSP', choice: 'yes' } },
    {
        name: 'RulesEnacted/1',
        payload: { proposalId: '7a'.repeat(32), version: 2, fromSlot: FIRST_SLOT + 8 },
    },
    { name: 'ClockAdvanced/1', payload: { fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT + 3 } },
    { name: 'ParticipantApplied/1', payload: { participantId: 'solar', kind: 'prosumer' } },
    { name: 'QualificationChanged/1', payload: { participantId: 'solar', sequence: 2, status: 'suspended' } },
    { name: 'DepartureAnnounced/1', payload: { participantId: 'anna' } },
    { name: 'DepartureAdvanced/1', payload: { participantId: 'anna', isWoundUp: true } },
    {
        name: 'KeyRotated/1',
        payload: { participantId: 'anna', oldKeyId: '5e'.repeat(32), keyId: '6f'.repeat(32) },
    },
    { name: 'KeyPermitted/1', payload: { participantId: 'anna', keyId: '6f'.repeat(32), fromSlot: FIRST_SLOT } },
    { name: 'KeyRefused/1', payload: { participantId: 'anna', keyId: '6f'.repeat(32) } },
    {
        name: 'MandateGranted/1',
        payload: { mandateId: termsHash, principalId: 'anna', agentId: 'retail', untilSlot: FIRST_SLOT + 24 },
    },
    { name: 'MandateRevoked/1', payload: { mandateId: termsHash, principalId: 'anna', agentId: 'retail' } },
    {
        name: 'StandardPublished/1',
        payload: { standardId: 'inverter-2016', carrier: 'electricity', fromSlot: FIRST_SLOT },
    },
    {
        name: 'ConformityChanged/1',
        payload: { pointId: 'solar-point', standardId: 'inverter-2016', sequence: 1, status: 'certified' },
    },
    { name: 'RequirementPublished/1', payload: { carrier: 'electricity', version: 2 } },
    {
        name: 'MeterRegistered/1',
        payload: { pointId: 'solar-point', participantId: 'solar', carrier: 'electricity' },
    },
    { name: 'ConnectionSet/1', payload: { carrier: 'electricity', connectionPoint: 'bus-1', sequence: 2 } },
    {
        name: 'ShareTransferred/1',
        payload: {
            carrier: 'electricity',
            connectionPoint: 'bus-1',
            sequence: 3,
            fromPointId: 'anna-point',
            toPointId: 'bert-point',
        },
    },
    { name: 'AgreementsAdmitted/1', payload: { agreementIds: [termsHash] } },
    {
        name: 'MeterExchanged/1',
        payload: {
            pointId: 'solar-point',
            oldMeterId: 'solar-point-meter',
            meterId: 'new-meter',
            slot: FIRST_SLOT + 1,
            isDead: false,
        },
    },
    {
        name: 'DepositAccepted/1',
        payload: { paymentId: 'pay-1', participantId: 'anna', amountNano: amountNano(5_000_000_000n) },
    },
    {
        name: 'CoverRaised/1',
        payload: {
            participantId: 'anna',
            transferId: 'top-up-1',
            carrier: 'electricity',
            amountNano: amountNano(1_000_000_000n),
            debtsPaid: DEBTS_PAID,
        },
    },
    {
        name: 'LanesFilled/1',
        payload: { participantId: 'anna', fillingId: 'filling-1', amountNano: amountNano(2_000_000_000n) },
    },
    {
        name: 'CoverLowered/1',
        payload: {
            participantId: 'anna',
            drawId: 'draw-1',
            carrier: 'electricity',
            amountNano: amountNano(1_000_000_000n),
        },
    },
    {
        name: 'PayoutRequested/1',
        payload: {
            participantId: 'anna',
            payoutId: 'payout-1',
            amountNano: amountNano(2_000_000_000n),
            debtsPaid: DEBTS_PAID,
        },
    },
    {
        name: 'PayoutConfirmed/1',
        payload: {
            participantId: 'anna',
            payoutId: 'payout-1',
            paymentId: 'bank-1',
            amountNano: amountNano(2_000_000_000n),
        },
    },
    {
        name: 'PayoutReturned/1',
        payload: {
            participantId: 'anna',
            payoutId: 'payout-1',
            paymentId: 'bank-2',
            amountNano: amountNano(2_000_000_000n),
            reasonCode: 'accountClosed',
        },
    },
    {
        name: 'SubsidyFunded/1',
        payload: { paymentId: 'state-1', carrier: 'electricity', amountNano: amountNano(9_000_000_000n) },
    },
    {
        name: 'OfferProposed/1',
        payload: {
            offerId: agreementId,
            makerId: 'solar',
            partyIds: ['solar', 'anna'],
            answersId: null,
            deadlineSlot: FIRST_SLOT,
        },
    },
    {
        name: 'OfferCountered/1',
        payload: { offerId: agreementId, round: 2, proposerId: 'anna', deadlineSlot: FIRST_SLOT },
    },
    {
        name: 'OfferAccepted/1',
        payload: { offerId: agreementId, round: 2, participantId: 'solar', state: 'accepted' },
    },
    { name: 'OfferWithdrawn/1', payload: { offerId: agreementId, round: 1, participantId: 'solar' } },
    { name: 'OfferExpired/1', payload: { offerId: agreementId, round: 1 } },
    { name: 'ConsentWithdrawn/1', payload: { participantId: 'anna', documentHash: termsHash } },
    {
        name: 'AgreementConcluded/1',
        payload: { agreementId, version: 1, termsHash, partyIds: ['solar', 'anna'], debtsPaid: DEBTS_PAID },
    },
    { name: 'VerdictGiven/1', payload: { agreementId, version: 1, decision: 'terminated' } },
    { name: 'StandingVerdictGiven/1', payload: { standingId: 'ordinary', sequence: 1, status: 'granted' } },
    {
        name: 'AgreementScreened/1',
        payload: { agreementId, version: 1, carrier: 'electricity', decision: 'admitted' },
    },
    { name: 'AgreementFunded/1', payload: { agreementId, version: 1, standingId: 'ordinary' } },
    { name: 'AmendmentProposed/1', payload: { agreementId, version: 2, termsHash } },
    {
        name: 'AmendmentEnacted/1',
        payload: { agreementId, version: 2, fromSlot: FIRST_SLOT + 1, standingId: null, debtsPaid: DEBTS_PAID },
    },
    {
        name: 'AgreementCancelled/1',
        payload: { agreementId, version: 2, state: 'windingDown', endSlot: FIRST_SLOT + 2 },
    },
    {
        name: 'AgreementReleased/1',
        payload: { agreementId, version: 1, state: 'windingDown', endSlot: FIRST_SLOT + 2 },
    },
    { name: 'AgreementLapsed/1', payload: { agreementId, version: 1 } },
    {
        name: 'HaltSet/1',
        payload: {
            carrier: 'electricity',
            mspId: 'OperatorMSP',
            fromSlot: FIRST_SLOT + 8,
            untilSlot: FIRST_SLOT + 12,
        },
    },
    { name: 'HaltLifted/1', payload: { carrier: 'electricity', liftedSlot: FIRST_SLOT + 10 } },
    { name: 'ReadingsSubmitted/1', payload: { pointIds: ['solar-point', 'anna-point'], readings: 4 } },
    { name: 'DisputeRaised/1', payload: { pointId: 'solar-point', slot: FIRST_SLOT, raisedBy: 'anna' } },
    { name: 'DisputeDecided/1', payload: { pointId: 'solar-point', slot: FIRST_SLOT, raisedBy: 'anna', number: 1 } },
    {
        name: 'DisputeReviewed/1',
        payload: { pointId: 'solar-point', slot: FIRST_SLOT, raisedBy: 'anna', number: 1, finding: 'confirmed' },
    },
    {
        name: 'DisputeClosed/1',
        payload: {
            pointId: 'solar-point',
            slot: FIRST_SLOT,
            raisedBy: 'anna',
            carrier: 'electricity',
            state: 'replaced',
        },
    },
    {
        name: 'FactReviewed/1',
        payload: {
            kind: 'meterExchange',
            subjectId: 'solar-point',
            factHash: termsHash,
            finding: 'confirmed',
            fromSlot: FIRST_SLOT + 96,
        },
    },
    { name: 'SourceRegistered/1', payload: { sourceId: 'weighbridge' } },
    { name: 'SourceRenewed/1', payload: { sourceId: 'weighbridge', version: 2, isRevoked: false } },
    { name: 'StatementsSubmitted/1', payload: { agreementIds: [agreementId], statements: 1 } },
    {
        name: 'ForceMajeureDeclared/1',
        payload: {
            declarationId: 'storm-7',
            factHash: termsHash,
            carrier: 'electricity',
            fromSlot: FIRST_SLOT,
            untilSlot: FIRST_SLOT + 4,
        },
    },
    {
        name: 'CalorificPublished/1',
        payload: {
            fromSlot: FIRST_SLOT,
            slotCount: 4,
            calorificWhPerM3: calorificWhPerM3(11_240n),
            version: 1,
            attestedBy: 'laboratory-1',
        },
    },
    {
        name: 'ReconciliationRun/1',
        payload: { carrier: 'electricity', slot: FIRST_SLOT, run: 3, isFinal: true },
    },
    {
        name: 'SettlementRun/1',
        payload: { carrier: 'electricity', slot: FIRST_SLOT, run: 0, closedAgreementIds: [agreementId] },
    },
];
