import type { DefaultAmount } from '@commonwatt/chaincode/domain/escrow-book';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import { absolute } from '@commonwatt/chaincode/domain/units';
import type { AgreementChange } from '@commonwatt/chaincode/wire/agreement';
import type { Command } from 'commander';
import type { AgreementOutcome, LegOutcome, PartyOutcome } from '../../agreement-outcome.js';
import { formatAmount } from '../../decimal.js';
import { table } from '../output.js';
import { PLAIN_SLOTS, type SlotNames } from '../slot-names.js';
import { addVerb, onRun } from '../verb.js';
import { describeTerms } from './describe.js';

export function registerHistory(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'history',
        summary: "explain an agreement: what each leg delivered in each slot, each party's money, every change",
        example: 'commonwatt agreement history 3f0c…e1 --org community',
        mode: 'read',
    }).argument('<agreement>', 'id of the agreement, or its first eight digits or more');
    onRun(verb, async (session, _, [agreementId = '']) => {
        const outcome = await (await session.market()).agreements.outcome(agreementId);
        session.print(outcome, outcomeLines(outcome, await session.slotNames()));
    });
}

/** An agreement's story for people: its terms, its slots, its money, its changes. */
export function outcomeLines(
    { agreementId, state, terms, legs, parties, changes }: AgreementOutcome,
    slots: SlotNames = PLAIN_SLOTS,
): string[] {
    return [
        `Agreement ${agreementId}: ${state}`,
        ...describeTerms(terms, slots),
        ...(legs.length === 0
            ? ['Nothing is settled yet.']
            : [
                  'Slot by slot:',
                  ...table([
                      ['SLOT', 'LEG', 'AGREED', 'DELIVERED', 'SHORT', 'BECAUSE OF', 'PAID', 'GIVEN BACK', 'OWED'],
                      ...legs.map((leg) => legRow(leg, slots)),
                  ]),
              ]),
        "Each party's money: what it set aside it paid, got back or has still in escrow.",
        ...table([
            [
                'PARTY',
                'SET ASIDE',
                'ENERGY',
                'DEFAULTS',
                'GOT BACK',
                'IN ESCROW',
                'RECEIVED',
                'FOR DEFAULTS',
                'CORRECTED',
                'NOT COVERED',
            ],
            ...parties.map(partyRow),
        ]),
        'Every change:',
        ...table([['TIME', 'CHANGE', 'ESCROW', 'TRANSACTION'], ...changes.map((change) => changeRow(change, slots))]),
    ];
}

function legRow(leg: LegOutcome, slots: SlotNames): string[] {
    const payeeId = leg.payerId === leg.buyerId ? leg.sellerId : leg.buyerId;
    const paid = absolute(leg.paymentNano);
    return [
        leg.run === 0 ? slots.one(leg.slot) : `${slots.one(leg.slot)}, run ${String(leg.run)}`,
        `${String(leg.leg)} ${leg.carrier}`,
        `${String(leg.agreedWh)} Wh`,
        `${String(leg.deliveredWh)} Wh`,
        leg.shortWh === 0n ? '-' : `${String(leg.shortWh)} Wh`,
        leg.causes.map((cause) => causeText(leg, cause)).join(', ') || '-',
        paid === 0n ? '-' : `${leg.payerId} ${formatAmount(paid)} to ${payeeId}`,
        leg.releasedNano === 0n ? '-' : `${formatAmount(leg.releasedNano)} to ${leg.payerId}`,
        leg.defaults.map((each) => defaultText(leg, each)).join(', ') || '-',
    ];
}

/** Who failed, of which leg where it is another one: `gas-1 in leg 0: 114 Wh`. */
const causeText = (
    { leg }: LegOutcome,
    { causedById, causeLeg, energyWh, isExempt }: LegOutcome['causes'][number],
): string =>
    `${causedById}${causeLeg === leg ? '' : ` in leg ${String(causeLeg)}`}: ${String(energyWh)} Wh` +
    (isExempt ? ' (exempt)' : '');

const defaultText = (
    { leg }: LegOutcome,
    { liableId, payeeId, causeLeg, claimedNano, drawnNano }: DefaultAmount,
): string =>
    `${liableId} ${formatAmount(claimedNano)} to ${payeeId}` +
    (causeLeg === leg ? '' : ` for leg ${String(causeLeg)}`) +
    (drawnNano === claimedNano ? '' : ` (its cap paid ${formatAmount(drawnNano)})`);

const partyRow = (party: PartyOutcome): string[] => [
    party.participantId,
    ...[
        party.setAsideNano,
        party.paidForEnergyNano,
        party.paidForDefaultsNano,
        party.releasedNano,
        party.heldNano,
        party.receivedForEnergyNano,
        party.receivedForDefaultsNano,
        party.correctedNano,
        party.unpaidDefaultsNano,
    ].map(formatAmount),
];

function changeRow({ timestampMs, transactionId, agreement, execution }: AgreementChange, slots: SlotNames): string[] {
    const time = new Date(timestampMs).toISOString();
    if (execution === null) {
        return [
            time,
            agreement === null ? '-' : `terms, version ${String(agreement.terms.version)}`,
            '',
            transactionId,
        ];
    }
    const next = execution.progress.map(({ carrier, nextSlot }) => `${carrier} ${slots.one(nextSlot)}`).join(' ');
    const held = execution.holdings.map((holding) => `${holding.participantId} ${formatAmount(heldBy(holding))}`);
    return [time, `${execution.state}, next ${next}`, held.join(' '), transactionId];
}
