import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { DecisionStatement } from '@commonwatt/chaincode/domain/dispute';
import { amountNano, energyWh, NO_ENERGY, NO_POWER, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import { depositCodec, payoutPaymentCodec } from '@commonwatt/chaincode/wire/account';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import { decideDispute, raiseDispute } from '../support/dispute-commands.js';
import * as commands from '../support/market-commands.js';
import { declareForceMajeure, exchangeMeter, reviewForceMajeure, stormOf } from '../support/metering-commands.js';
import { castVote, enactProposal, makeProposal, nextRules, proposalOf, voterOf } from '../support/proposal-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { RULES_OF_MODEL } from './rules.js';
import type { StubMarket } from '../support/stub-market.js';

/** A command of somebody's, before it is a step of the model. */
export type Attempt = Readonly<{
    name: string;
    chaincode: 'exchange' | 'supervision';
    verb: string;
    command: string;
    by: string;
    /** Whose will it needs. */
    needs: readonly string[];
}>;

/** The trade against which seats are misused. */
type Ground = Readonly<{ market: StubMarket; terms: Terms }>;

/** Where retail, who sells, has friends in every office. */
const FRIENDS_POINT = 'retail-point';
const STORM = { declarationId: 'storm', carrier: 'electricity', pointIds: [FRIENDS_POINT] } as const;
/** Slots between now and a time that nobody lives to see. */
const NEVER_SLOTS = 100_000;

const attempt =
    (chaincode: Attempt['chaincode'], needs: readonly string[]) =>
    (by: string, name: string, verb: string, command: string): Attempt => ({
        name,
        chaincode,
        verb,
        command,
        by,
        needs,
    });
const regulators = attempt('supervision', ['regulator']);
const operators = attempt('exchange', ['operator']);

/** The storm that covers the whole delivery. */
export const stormAt = ({
    terms,
}: Readonly<{ terms: Pick<Terms, 'firstSlot' | 'slotCount'> }>): ReturnType<typeof stormOf> =>
    stormOf({ ...STORM, fromSlot: terms.firstSlot, untilSlot: terms.firstSlot + terms.slotCount });

/** The seller has delivered, whatever its meter says. */
export const FAVOUR: DecisionStatement = {
    pointId: FRIENDS_POINT,
    slot: FIRST_SLOT,
    raisedBy: 'retail',
    number: 1,
    replacement: { kind: 'energy', importWh: NO_ENERGY, exportWh: energyWh(300n) },
    checkMeter: null,
    reasonCode: 'meterDefect',
};

const { readingDeadlineSlots, reconciliationAfterSlots } = RULES_OF_MODEL;
const DEADLINES = { readingDeadlineSlots, reconciliationAfterSlots };
/** Dearer rules that nobody has time to think about. */
export const HASTE = proposalOf(nextRules({ networkFeeMicroPerKwh: priceMicroPerKwh(1_000n) }, DEADLINES), {
    isEmergency: true,
    voteUntilSlot: FIRST_SLOT + 1,
    fromSlot: FIRST_SLOT + 2,
});

/**
 * What the holder of each seat may try by itself against who trades: commands that its certificate and key make sound,
 * each for what it should not get.
 */
export const MISUSES: Readonly<Record<SeatKind, (ground: Ground) => readonly Attempt[]>> = {
    reviewer: ({ market, terms }) => {
        const reviewer = market.who('reviewer');
        const far = { fromSlot: FIRST_SLOT + NEVER_SLOTS, untilSlot: FIRST_SLOT + NEVER_SLOTS + 1 };
        const suspended = commands.qualify(reviewer, 'anna', { sequence: 2, status: 'suspended' });
        return [
            regulators('reviewer', 'the reviewer suspends anna', 'qualification:suspend', suspended),
            regulators(
                'reviewer',
                'the reviewer refuses what it has let pass',
                'verdict:reject',
                commands.decide(reviewer, terms, 'rejected'),
            ),
            regulators(
                'reviewer',
                'the reviewer halts trade ages ahead',
                'halt:set',
                commands.halt(reviewer, 'supervision', far),
            ),
        ];
    },
    dispatcher: (ground) => {
        const { market, terms } = ground;
        const dispatcher = market.who('dispatcher');
        const nothing = { importMaxW: NO_POWER, exportMaxW: NO_POWER, grants: [] };
        const unmet = { leadTimeSlots: 96, toleranceBpMax: 0 };
        const storm = stormAt(ground);
        return [
            operators(
                'dispatcher',
                'the dispatcher declares a storm at the seller’s point',
                'force-majeure:declare',
                declareForceMajeure(dispatcher, storm),
            ),
            regulators(
                'reviewer',
                'the reviewer confirms the storm',
                'fact:confirm',
                reviewForceMajeure(market.who('reviewer'), storm),
            ),
            operators(
                'dispatcher',
                'the dispatcher limits the connection to nothing',
                'connection:set',
                commands.setConnection(dispatcher, nothing),
            ),
            operators(
                'dispatcher',
                'the dispatcher demands what nobody meets',
                'requirement:publish',
                commands.publishRequirement(dispatcher, unmet),
            ),
            operators(
                'dispatcher',
                'the dispatcher refuses the trade',
                'screening:refuse',
                commands.screen(dispatcher, terms, 'refused'),
            ),
        ];
    },
    metering: ({ market, terms }) => {
        const metering = market.who('metering');
        const [stray, own] = [new SigningKey(), market.meters.get(FRIENDS_POINT) ?? new SigningKey()];
        const before = { meterId: `${FRIENDS_POINT}-meter`, key: own, sequence: 1, importWh: 0n };
        const after = { meterId: 'friendly-meter', key: stray, sequence: 0, importWh: 0n };
        const raised = {
            pointId: FRIENDS_POINT,
            slot: FIRST_SLOT,
            raisedBy: 'retail',
            agreementId: agreementIdOf(terms),
            evidenceHash: 'ee'.repeat(32),
        };
        return [
            operators(
                'metering',
                'the metering officer registers a point for anna',
                'meter:register',
                commands.registerMeter({ ...commands.pointOf('anna'), pointId: 'phantom' }, stray, { anna: stray }),
            ),
            operators(
                'metering',
                'the metering officer hangs a meter of its own',
                'meter:exchange',
                exchangeMeter(FRIENDS_POINT, FIRST_SLOT, before, after, { isDead: true, owner: null }),
            ),
            attempt('exchange', ['retail'])(
                'retail',
                'retail doubts its own meter',
                'dispute:raise',
                raiseDispute(market.who('retail'), raised),
            ),
            operators(
                'metering',
                'the metering officer decides that retail delivered',
                'dispute:decide',
                decideDispute(metering, FAVOUR),
            ),
        ];
    },
    settlement: () => {
        const again = { paymentId: 'pay-anna', participantId: 'retail', amountNano: amountNano(1_000_000_000n) };
        const unasked = { payoutId: 'unasked', participantId: 'retail', paymentId: 'bank-1' };
        return [
            operators(
                'settlement',
                'the settlement officer counts anna’s payment for retail',
                'account:deposit',
                depositCodec.encode(again),
            ),
            operators(
                'settlement',
                'the settlement officer confirms a payout that nobody asked for',
                'account:confirm-payout',
                payoutPaymentCodec.encode(unasked),
            ),
        ];
    },
    platform: ({ terms: { firstSlot, slotCount } }) => [
        operators(
            'platform',
            'the platform begins the slot after the next',
            'clock:advance',
            advanceCodec.encode({ fromSlot: firstSlot + 1, toSlot: firstSlot + slotCount + 1 }),
        ),
        operators(
            'platform',
            'the platform lets all slots begin at once',
            'clock:advance',
            advanceCodec.encode({ fromSlot: firstSlot, toSlot: firstSlot + slotCount + 1 }),
        ),
    ],
    voter: ({ market }) => {
        const [voter, name] = [market.who(voterOf('operator')), voterOf('operator')];
        const yes = castVote(voter, proposalIdOf(HASTE), 'yes');
        return [
            operators(name, 'a voter proposes dear rules in haste', 'proposal:make', makeProposal(voter, HASTE)),
            operators(name, 'the same voter says yes', 'proposal:vote', yes),
            operators(name, 'rules that one voter wants are enacted', 'proposal:enact', enactProposal(HASTE)),
        ];
    },
};
