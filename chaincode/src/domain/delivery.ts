import type { Leg, Terms } from './agreement.js';
import { energyBetween } from './calorific.js';
import { type Cause, type InputResult, lostThrough } from './conversion.js';
import type { Execution } from './escrow.js';
import { assert } from './errors.js';
import { type Quality, qualityBetween, type RegisterState } from './estimation.js';
import { isMobility, isScheduled, type MeteringPoint, type Registers } from './meter.js';
import { sourceOf } from './source.js';
import { verified } from './statement.js';
import {
    type AmountNano,
    type CalorificWhPerM3,
    type EnergyWh,
    larger,
    minus,
    negate,
    NO_ENERGY,
    plus,
    type SlotIndex,
    smaller,
    splitByLargestRemainder,
    sumEnergy,
    valueOf,
} from './units.js';

/** An agreement that delivers in the slot. */
export type DeliveringAgreement = Readonly<{ agreementId: string; terms: Terms }>;

/** The same with its escrow, which a first run moves. */
export type FundedAgreement = DeliveringAgreement & Readonly<{ execution: Execution }>;

/** A metering point with its registers at the beginning and the end of the slot; `null` when they are not known. */
export type MeteredPoint = Readonly<{
    point: MeteringPoint;
    before: RegisterState | null;
    after: RegisterState | null;
    /** Energy of the slot that a decided dispute put in the place of what the registers tell. */
    replaced: Registers | null;
    /** The fixed side of a charge point, which mirrors what the vehicle is metered to take. */
    isStation: boolean;
}>;

/** One leg of one agreement in the slot. */
export type SlotLeg = Readonly<{
    agreement: DeliveringAgreement;
    index: number;
    leg: Leg;
    /** Position of the slot in the delivery period. */
    offset: number;
    /** q: agreed energy. */
    agreedWh: EnergyWh;
    /** What the shortage of the legs that it is made from takes from it. */
    lost: readonly Cause[];
    /** What a source states was delivered; `null` where meters tell. */
    statedWh: EnergyWh | null;
}>;

/** What became of a leg of a carrier that is settled before. */
export type InputLookup = (agreementId: string, leg: number) => InputResult;

/** What a source has stated of a leg; `null` while it has stated nothing. */
export type StatementLookup = (agreementId: string, leg: number) => EnergyWh | null;

/** What a leg delivered. */
export type Delivery = Readonly<{
    slotLeg: SlotLeg;
    /** s: what the seller fell short of. */
    shortWh: EnergyWh;
    /** u: what the buyer did not take. */
    untakenWh: EnergyWh;
    /** d = q − max(s, u′), where u′ = 0 for take-or-pay. */
    deliveredWh: EnergyWh;
}>;

/** What a metering point agreed and measured in the slot. */
export type Exchange = Readonly<{
    point: MeteringPoint;
    /** Σ q over the legs it sells that meters verify. */
    soldWh: EnergyWh;
    /** Σ q over the legs it buys that meters verify. */
    boughtWh: EnergyWh;
    /** Σ d sold − Σ d bought over the legs that sources verify: settled before what meters tell. */
    statedNetWh: EnergyWh;
    /** M: net export; a scheduled point exports what it sold net of what it bought. */
    meteredWh: EnergyWh;
    /** What it took from the network by its meter; below zero where an estimate had been too high. */
    importWh: EnergyWh;
    /** What it gave to the network by its meter; below zero where an estimate had been too high. */
    exportWh: EnergyWh;
    quality: Quality;
    isStation: boolean;
}>;

/** The legs of a carrier in one slot, in the order of the agreements and their positions, which settles every tie. */
export function legsInSlot(
    agreements: readonly DeliveringAgreement[],
    carrier: string,
    slot: SlotIndex,
    inputOf: InputLookup,
    statedOf: StatementLookup,
): SlotLeg[] {
    return agreements.flatMap((agreement) =>
        agreement.terms.legs.flatMap((leg, index) => {
            if (leg.carrier !== carrier) {
                return [];
            }
            const offset = slot - agreement.terms.firstSlot;
            const agreedWh = leg.energyWh[offset];
            assert(agreedWh !== undefined, 'an agreement delivers in its own slots');
            const { agreementId } = agreement;
            const lost = lostThrough(agreement.terms, index, (input) => inputOf(agreementId, input));
            const isStated = sourceOf(agreement.terms) !== null;
            const statedWh = isStated ? (statedOf(agreementId, index) ?? NO_ENERGY) : null;
            return [{ agreement, index, leg, offset, agreedWh, lost, statedWh }];
        }),
    );
}

/** Metered points whose registers at an end of the slot are not known. */
export const silentPoints = (points: readonly MeteredPoint[]): MeteredPoint[] =>
    points.filter(({ point, before, after }) => !isScheduled(point) && (before === null || after === null));

/** N and M of a metering point. */
export function exchangeOf(
    metered: MeteredPoint,
    legs: readonly SlotLeg[],
    calorific: CalorificWhPerM3 | null,
): Exchange {
    const { point, before, after, replaced, isStation } = metered;
    const { sold, bought } = legsAt(point, legs);
    const [soldWh, boughtWh] = [sumEnergy(agreedOf(sold)), sumEnergy(agreedOf(bought))];
    const statedNetWh = statedNetAt(point, legs);
    const agreed = { point, soldWh, boughtWh, statedNetWh, isStation, importWh: NO_ENERGY, exportWh: NO_ENERGY };
    if (isScheduled(point)) {
        return { ...agreed, meteredWh: plus(minus(soldWh, boughtWh), statedNetWh), quality: 'scheduled' };
    }
    assert(before !== null && after !== null, 'a metered point has its registers');
    const { importWh, exportWh } = replaced ?? energyBetween(before, after, calorific);
    const quality = replaced === null ? qualityBetween(before, after) : 'replaced';
    // An estimate may have been too high: the slot that learns it gives the difference back.
    const forwards = exportWh >= 0n && importWh >= 0n;
    assert(forwards || quality !== 'measured', 'registers do not run backwards');
    const meteredWh = minus(exportWh, importWh);
    // The charge point's own meter has counted what came through the network.
    const crossed = isMobility(point) ? {} : { importWh, exportWh };
    return { ...agreed, ...crossed, meteredWh, quality };
}

/**
 * Finds what each leg delivered. A point that exported less than it contracted is short by the difference, at most by
 * what it sold; one that exported more (or consumed less) did not take the difference, at most what it bought. Either
 * is spread over the point's own legs in proportion to their agreed energy; a shortage falls first on the legs whose
 * inputs fell short, as far as that explains it, so that nobody else's energy fails for it.
 */
export function deliver(exchanges: readonly Exchange[], legs: readonly SlotLeg[]): Delivery[] {
    const shortWh = new Map<SlotLeg, EnergyWh>();
    const untakenWh = new Map<SlotLeg, EnergyWh>();
    for (const { point, soldWh, boughtWh, statedNetWh, meteredWh } of exchanges.filter((each) => !each.isStation)) {
        const deviationWh = minus(minus(meteredWh, statedNetWh), minus(soldWh, boughtWh));
        const short = smaller(soldWh, larger(NO_ENERGY, negate(deviationWh)));
        const untaken = smaller(boughtWh, larger(NO_ENERGY, deviationWh));
        const { sold, bought } = legsAt(point, legs);
        assign(sold, spreadShortage(short, sold), shortWh);
        assign(bought, splitByLargestRemainder(untaken, agreedOf(bought)), untakenWh);
    }
    return legs.map((slotLeg) => {
        if (slotLeg.statedWh !== null) {
            return { slotLeg, ...verified(slotLeg.agreedWh, slotLeg.statedWh) };
        }
        const failed = { shortWh: shortWh.get(slotLeg) ?? NO_ENERGY, untakenWh: untakenWh.get(slotLeg) ?? NO_ENERGY };
        const { shortWh: short, untakenWh: untaken } = slotLeg.leg.carrier === 'mobility' ? mirrored(failed) : failed;
        const excused = paysUntaken(slotLeg) ? NO_ENERGY : untaken;
        const deliveredWh = minus(slotLeg.agreedWh, larger(short, excused));
        assert(deliveredWh >= 0n, 'a leg never delivers less than nothing');
        return { slotLeg, shortWh: short, untakenWh: untaken, deliveredWh };
    });
}

/** Legs of a point that its meter verifies. */
function legsAt({ pointId }: MeteringPoint, legs: readonly SlotLeg[]): Readonly<Record<'sold' | 'bought', SlotLeg[]>> {
    const metered = legs.filter(({ statedWh }) => statedWh === null);
    return {
        sold: metered.filter(({ leg }) => leg.sellerPoint === pointId),
        bought: metered.filter(({ leg }) => leg.buyerPoint === pointId),
    };
}

function statedNetAt({ pointId }: MeteringPoint, legs: readonly SlotLeg[]): EnergyWh {
    return legs.reduce((net, { leg, agreedWh, statedWh }) => {
        const isHere = leg.sellerPoint === pointId || leg.buyerPoint === pointId;
        if (statedWh === null || !isHere) {
            return net;
        }
        const { deliveredWh } = verified(agreedWh, statedWh);
        return leg.sellerPoint === pointId ? plus(net, deliveredWh) : minus(net, deliveredWh);
    }, NO_ENERGY);
}

/** The one meter of a charge point counts for both sides: what one did not give, the other did not take. */
function mirrored({
    shortWh,
    untakenWh,
}: Pick<Delivery, 'shortWh' | 'untakenWh'>): Pick<Delivery, 'shortWh' | 'untakenWh'> {
    const failed = larger(shortWh, untakenWh);
    return { shortWh: failed, untakenWh: failed };
}

/**
 * Whether the buyer pays for what it does not take. Never at a charge point: its meter cannot tell who failed, so that
 * nobody is to gain from a failure there.
 */
export const paysUntaken = ({ agreement, leg }: Pick<SlotLeg, 'agreement' | 'leg'>): boolean =>
    agreement.terms.takeOrPay && leg.carrier !== 'mobility';

/** Parts of a point's shortage, leg by leg: none above what was agreed. */
function spreadShortage(total: EnergyWh, legs: readonly SlotLeg[]): EnergyWh[] {
    const lost = legs.map(({ agreedWh, lost: causes }) =>
        smaller(agreedWh, sumEnergy(causes.map((cause) => cause.energyWh))),
    );
    const explained = splitByLargestRemainder(smaller(total, sumEnergy(lost)), lost);
    const left = agreedOf(legs).map((agreedWh, position) => minus(agreedWh, explained[position] ?? NO_ENERGY));
    const rest = splitByLargestRemainder(minus(total, sumEnergy(explained)), left);
    return explained.map((part, position) => plus(part, rest[position] ?? NO_ENERGY));
}

const agreedOf = (legs: readonly SlotLeg[]): EnergyWh[] => legs.map((leg) => leg.agreedWh);

function assign(legs: readonly SlotLeg[], parts: readonly EnergyWh[], into: Map<SlotLeg, EnergyWh>): void {
    legs.forEach((leg, position) => into.set(leg, parts[position] ?? NO_ENERGY));
}

/** Energy of a point that no delivery accounts for: M − Σ sold d + Σ bought d. */
export function imbalanceOf(exchange: Exchange, deliveries: readonly Delivery[]): EnergyWh {
    const { pointId } = exchange.point;
    return deliveries.reduce((imbalance, { slotLeg, deliveredWh }) => {
        if (slotLeg.leg.sellerPoint === pointId) {
            return minus(imbalance, deliveredWh);
        }
        return slotLeg.leg.buyerPoint === pointId ? plus(imbalance, deliveredWh) : imbalance;
    }, exchange.meteredWh);
}

/** d × p: positive from buyer to seller, negative where the price is. */
export function paymentOf({ slotLeg, deliveredWh }: Delivery): AmountNano {
    const price = slotLeg.leg.priceMicroPerKwh[slotLeg.offset];
    assert(price !== undefined, 'a leg has a price for every slot');
    return valueOf(deliveredWh, price);
}
