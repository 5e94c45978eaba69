import { type PayoutState, payoutStateOf } from '@commonwatt/chaincode/domain/payout';
import type { PostingKind } from '@commonwatt/chaincode/domain/posting';
import { absolute, type AmountNano, negate, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Bill, BillBalance } from '../../bill.js';
import type { CarrierBill, PointLine } from '../../bill-carrier.js';
import { kilowattHours, roundedAmount, roundedPrice } from '../../decimal.js';
import { localTime } from '../../local-time.js';
import { type SlotGrid, slotBeginMs } from '../../slot-time.js';
import { table } from '../output.js';

type Frame = Readonly<{ grid: SlotGrid; timeZone: string }>;
/** What it is, and columns of numbers: energy in kWh, price per kWh, money. */
type Row = readonly [what: string, energy: string, price: string, amount: string];

const CORRECTED: Readonly<Partial<Record<PostingKind, string>>> = {
    energy: 'energy',
    default: 'default amounts',
    imbalance: 'energy without an agreement',
    fee: 'network fee',
    feeCredit: 'network fee of storage',
    subsidy: 'subsidy',
};

const PAYOUT_WORDS: Readonly<Record<PayoutState, string>> = {
    requested: 'on its way out',
    paid: 'paid out',
    returned: 'not paid out, came back',
};

/** A bill as a household reads it: money it receives is positive, money it pays negative. */
export function billLines(bill: Bill, frame: Frame): string[] {
    const { participantId, currency, period, carriers } = bill;
    const at = (slot: SlotIndex): string => localTime(slotBeginMs(slot, frame.grid), frame.timeZone);
    return [
        `Bill of ${participantId}`,
        `${at(period.fromSlot)} to ${at(period.toSlot)} (${frame.timeZone})`,
        `slots ${String(period.fromSlot)} to ${String(period.toSlot - 1)}, amounts in ${currency} rounded to 0.0001; --json is exact`,
        ...carriers.flatMap((each) => ['', ...carrierLines(each, currency, at)]),
        '',
        ...table(balanceRows(bill.balance), 1),
        ...bill.deposits.map(({ paymentId, amountNano }) => `paid in: ${roundedAmount(amountNano)} (${paymentId})`),
        ...bill.payouts.map((payout) => {
            const names = [payout.payoutId, payout.paymentId, payout.returnReason].filter((name) => name !== null);
            return `${PAYOUT_WORDS[payoutStateOf(payout)]}: ${roundedAmount(payout.amountNano)} (${names.join(', ')})`;
        }),
        ...bill.escrow.map(
            ({ agreementId, heldNano }) => `set aside: ${roundedAmount(heldNano)} for agreement ${agreementId}`,
        ),
    ];
}

function carrierLines(bill: CarrierBill, currency: string, at: (slot: SlotIndex) => string): string[] {
    const { carrier, openSlots, points, totalNano } = bill;
    const first = openSlots[0];
    return [
        ...table(
            [
                [carrier.toUpperCase(), 'kWh', `${currency}/kWh`, currency],
                ...carrierRows(bill).map(([what, ...numbers]) => [`  ${what}`, ...numbers]),
                [`  ${carrier} in all`, '', '', roundedAmount(totalNano)],
            ],
            1,
        ),
        ...points.map((point) => `  meter ${point.pointId}: ${qualityOf(point)}`),
        ...points.flatMap(usedOnSite),
        ...(first === undefined
            ? []
            : [`  ${slotCount(openSlots.length)} not settled yet, the first at ${at(first)} (slot ${String(first)})`]),
    ];
}

function carrierRows(bill: CarrierBill): Row[] {
    const charge = (what: string, { energyWh, amountNano }: CarrierBill['shortage']): Row[] =>
        energyWh === 0n && amountNano === 0n
            ? []
            : [[what, kilowattHours(absolute(energyWh)), '', roundedAmount(amountNano)]];
    return [
        ...bill.trades.map(({ side, counterpartyId, deliveredWh, meanPriceMicroPerKwh, amountNano }): Row => [
            side === 'bought' ? `bought from ${counterpartyId}` : `sold to ${counterpartyId}`,
            kilowattHours(deliveredWh),
            meanPriceMicroPerKwh === null ? '' : roundedPrice(meanPriceMicroPerKwh),
            roundedAmount(amountNano),
        ]),
        ...charge('short of what was agreed, or taken without agreement', bill.shortage),
        ...charge('left over from what was agreed, or given without agreement', bill.surplus),
        ...charge('network fee on what was taken', bill.networkFee),
        ...charge('network fee back for what storage returned', bill.storageCredit),
        ...charge('subsidy for renewable energy fed in', bill.subsidy),
        ...bill.defaults.flatMap(({ counterpartyId, receivedNano, paidNano }): Row[] => [
            ...moneyRow(`default amounts from ${counterpartyId}`, receivedNano),
            ...moneyRow(`default amounts to ${counterpartyId}`, negate(paidNano)),
        ]),
        ...bill.corrections.map(({ run, kind, energyWh, amountNano }): Row => [
            `correction ${String(run)}: ${CORRECTED[kind] ?? kind}`,
            energyWh === 0n ? '' : kilowattHours(energyWh),
            '',
            roundedAmount(amountNano),
        ]),
    ];
}

const moneyRow = (what: string, amountNano: AmountNano): Row[] =>
    amountNano === 0n ? [] : [[what, '', '', roundedAmount(amountNano)]];

/** How much of what a point behind the connection generated, or had stored, was used there. */
function usedOnSite({ pointId, givenWh, usedOnSiteWh, isStorage }: PointLine): string[] {
    if (usedOnSiteWh === 0n) {
        return [];
    }
    const share = `${kilowattHours(usedOnSiteWh)} of ${kilowattHours(givenWh)} kWh`;
    const what = isStorage ? 'that came out of storage' : 'of own generation';
    return [`  ${share} ${what} at ${pointId} (${percent(usedOnSiteWh, givenWh)}) were used behind the connection`];
}

const percent = (part: bigint, whole: bigint): string => `${String((part * 100n + whole / 2n) / whole)} %`;

function qualityOf({ slots }: PointLine): string {
    const told = Object.entries(slots).filter(([, count]) => count > 0);
    return told.map(([quality, count]) => `${slotCount(count)} ${quality}`).join(', ');
}

const slotCount = (count: number): string => (count === 1 ? '1 slot' : `${String(count)} slots`);

const balanceRows = (balance: BillBalance): (readonly [string, string])[] =>
    (
        [
            ['ACCOUNT', null],
            ['  paid in', balance.paidInNano],
            ['  paid out', negate(balance.paidOutNano)],
            ['  slots before this bill', balance.earlierNano],
            ['  before this bill', balance.beforeNano],
            ['  this bill', balance.billNano],
            ['  after this bill', balance.afterNano],
            ['  slots after this bill', balance.laterNano],
            ['  now on the ledger', balance.nowNano],
            ['    free', balance.freeNano],
            ['    set aside for agreements', balance.escrowNano],
            ['    cover for imbalance and fees', balance.coverNano],
            ['    on its way out', balance.payoutNano],
        ] as const
    ).map(([what, amount]) => [what, amount === null ? '' : roundedAmount(amount)]);
