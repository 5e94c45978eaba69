import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { PointResult } from '@commonwatt/chaincode/domain/cover-run';
import { QUALITIES, type Quality } from '@commonwatt/chaincode/domain/estimation';
import { ownerOf } from '@commonwatt/chaincode/domain/posting';
import { INITIAL_RUN, type LegResult, type Settlement } from '@commonwatt/chaincode/domain/settlement';
import {
    type AmountNano,
    type EnergyWh,
    larger,
    meanPrice,
    minus,
    negate,
    NO_ENERGY,
    NO_MONEY,
    type PriceMicroPerKwh,
    type SlotIndex,
    sumAmounts,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import { type CorrectionLine, correctionsOf } from './bill-corrections.js';
import { legsOf, type OwnLeg } from './bill-legs.js';
import { InternalError } from './errors.js';
import { grouped } from './grouped.js';

/** Energy bought from, or sold to, one other participant. Money into the billed account is positive, here and below. */
export type TradeLine = Readonly<{
    side: 'bought' | 'sold';
    counterpartyId: string;
    agreementIds: readonly string[];
    agreedWh: EnergyWh;
    deliveredWh: EnergyWh;
    amountNano: AmountNano;
    /** What a kWh came to; `null` when none was delivered. */
    meanPriceMicroPerKwh: PriceMicroPerKwh | null;
}>;

/** Default amounts between the participant and one other, under one agreement. */
export type DefaultLine = Readonly<{
    counterpartyId: string;
    agreementId: string;
    receivedNano: AmountNano;
    paidNano: AmountNano;
}>;

/** Energy with its money. */
export type Charge = Readonly<{ energyWh: EnergyWh; amountNano: AmountNano }>;

/** What one metering point counted, and in how many slots its energy was known how. */
export type PointLine = Readonly<{
    pointId: string;
    /** What it took from the network. */
    importWh: EnergyWh;
    /** What it gave to the network. */
    exportWh: EnergyWh;
    /** Net of what it gave and took. */
    meteredWh: EnergyWh;
    /** What it gave in slots in which it gave more than it took. */
    givenWh: EnergyWh;
    /** Of that, what stayed behind its connection: a sub-meter tells. */
    usedOnSiteWh: EnergyWh;
    isStorage: boolean;
    slots: Readonly<Record<Quality, number>>;
}>;

/** One carrier of a bill. Every amount is the initial run's; what later runs changed stands under `corrections`. */
export type CarrierBill = Readonly<{
    carrier: Carrier;
    settledSlots: number;
    /** Slots of the period that are over and not settled yet. */
    openSlots: readonly SlotIndex[];
    trades: readonly TradeLine[];
    defaults: readonly DefaultLine[];
    /** Taken, or sold and not given, without an agreement that explains it. */
    shortage: Charge;
    /** Given, or bought and not taken, without an agreement that explains it. */
    surplus: Charge;
    networkFee: Charge;
    /** Network fee of what storages gave back. */
    storageCredit: Charge;
    /** What renewable points were paid for what they fed in, as far as the fund went. */
    subsidy: Charge;
    corrections: readonly CorrectionLine[];
    points: readonly PointLine[];
    totalNano: AmountNano;
}>;

/** Settlements of one carrier in the slots of a bill, with what explains them. */
export type CarrierFacts = Readonly<{
    participantId: string;
    carrier: Carrier;
    settlements: readonly Settlement[];
    openSlots: readonly SlotIndex[];
    /** The participant's agreements by id; the parties of a leg stay through every version. */
    terms: ReadonlyMap<string, Terms>;
}>;

/**
 * Adds up what the settlements of a carrier say about one participant.
 * @throws InternalError BILL_DISAGREES {carrier, linesNano, postedNano}: the lines are not what the ledger posted
 */
export function carrierBill(facts: CarrierFacts): CarrierBill {
    const { carrier, participantId, settlements, openSlots } = facts;
    const initial = settlements.filter(({ run }) => run === INITIAL_RUN);
    const own = legsOf(facts, initial);
    const points = initial.flatMap((settlement) =>
        settlement.points.filter((point) => point.participantId === participantId),
    );
    const lines = {
        trades: tradesOf(own),
        defaults: defaultsOf(
            initial.flatMap(({ legs }) => legs),
            participantId,
        ),
        shortage: charge(points.filter((point) => point.imbalanceWh < 0n)),
        surplus: charge(points.filter((point) => point.imbalanceWh > 0n)),
        networkFee: {
            energyWh: sumEnergy(points.map((point) => point.importWh)),
            amountNano: negate(sumAmounts(points.map((point) => point.feeNano))),
        },
        storageCredit: {
            energyWh: sumEnergy(points.map(({ storage }) => storage?.reexportedWh ?? NO_ENERGY)),
            amountNano: sumAmounts(points.map(({ storage }) => storage?.feeCreditNano ?? NO_MONEY)),
        },
        subsidy: {
            energyWh: sumEnergy(points.map(({ subsidy }) => subsidy?.energyWh ?? NO_ENERGY)),
            amountNano: sumAmounts(points.map(({ subsidy }) => subsidy?.paidNano ?? NO_MONEY)),
        },
        corrections: correctionsOf(settlements, facts),
    };
    const totalNano = totalOf(lines);
    const postedNano = sumAmounts(settlements.map((settlement) => postedTo(settlement, participantId)));
    if (totalNano !== postedNano) {
        throw new InternalError({ code: 'BILL_DISAGREES', operands: { carrier, linesNano: totalNano, postedNano } });
    }
    return {
        carrier,
        settledSlots: initial.length,
        openSlots,
        ...lines,
        points: pointLines(points),
        totalNano,
    };
}

/** What a run added to all that a participant owns: free money, escrow and covers. */
export function postedTo({ postings }: Pick<Settlement, 'postings'>, participantId: string): AmountNano {
    return sumAmounts(
        postings.filter(({ account }) => ownerOf(account) === participantId).map(({ amountNano }) => amountNano),
    );
}

const totalOf = (
    lines: Omit<CarrierBill, 'carrier' | 'settledSlots' | 'openSlots' | 'points' | 'totalNano'>,
): AmountNano =>
    sumAmounts([
        ...lines.trades.map((line) => line.amountNano),
        ...lines.defaults.map((line) => minus(line.receivedNano, line.paidNano)),
        lines.shortage.amountNano,
        lines.surplus.amountNano,
        lines.networkFee.amountNano,
        lines.storageCredit.amountNano,
        lines.subsidy.amountNano,
        ...lines.corrections.map((line) => line.amountNano),
    ]);

function tradesOf(legs: readonly OwnLeg[]): TradeLine[] {
    return grouped(legs, ({ side, counterpartyId }) => `${side} ${counterpartyId}`).map((group) => {
        const [{ side, counterpartyId }] = group;
        const results = group.map(({ result }) => result);
        const paidNano = sumAmounts(results.map((result) => result.paymentNano));
        const deliveredWh = sumEnergy(results.map((result) => result.deliveredWh));
        return {
            side,
            counterpartyId,
            agreementIds: [...new Set(results.map((result) => result.agreementId))].sort(),
            agreedWh: sumEnergy(results.map((result) => result.agreedWh)),
            deliveredWh,
            amountNano: side === 'sold' ? paidNano : negate(paidNano),
            meanPriceMicroPerKwh: deliveredWh > 0n ? meanPrice(paidNano, deliveredWh) : null,
        };
    });
}

/** Also of legs between others: who causes a shortage owes whoever buys what is made of the energy. */
function defaultsOf(legs: readonly LegResult[], participantId: string): DefaultLine[] {
    const owed = legs.flatMap(({ agreementId, defaults }) =>
        defaults
            .filter(({ liableId, payeeId }) => liableId === participantId || payeeId === participantId)
            .map((amount) => ({ ...amount, agreementId, isPaid: amount.liableId === participantId }))
            .map((amount) => ({ ...amount, counterpartyId: amount.isPaid ? amount.payeeId : amount.liableId })),
    );
    return grouped(owed, ({ counterpartyId, agreementId }) => `${counterpartyId} ${agreementId}`).map((group) => {
        const [{ counterpartyId, agreementId }] = group;
        const sumOf = (isPaid: boolean): AmountNano =>
            sumAmounts(group.filter((amount) => amount.isPaid === isPaid).map(({ drawnNano }) => drawnNano));
        return { counterpartyId, agreementId, receivedNano: sumOf(false), paidNano: sumOf(true) };
    });
}

const charge = (points: readonly PointResult[]): Charge => ({
    energyWh: sumEnergy(points.map((point) => point.imbalanceWh)),
    amountNano: sumAmounts(points.map((point) => point.imbalanceNano)),
});

function pointLines(points: readonly PointResult[]): PointLine[] {
    return grouped(points, ({ pointId }) => pointId).map((results) => {
        const count = (quality: Quality): number => results.filter((result) => result.quality === quality).length;
        return {
            pointId: results[0].pointId,
            importWh: sumEnergy(results.map((result) => result.importWh)),
            exportWh: sumEnergy(results.map((result) => result.exportWh)),
            meteredWh: sumEnergy(results.map((result) => result.meteredWh)),
            givenWh: sumEnergy(results.map(givenBy)),
            usedOnSiteWh: sumEnergy(
                results.map((result) => larger(NO_ENERGY, minus(givenBy(result), result.exportWh))),
            ),
            isStorage: results.some(({ storage }) => storage !== null),
            slots: Object.fromEntries(QUALITIES.map((quality) => [quality, count(quality)])) as Record<Quality, number>,
        };
    });
}

const givenBy = ({ meteredWh }: PointResult): EnergyWh => larger(NO_ENERGY, meteredWh);
