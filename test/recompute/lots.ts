import { least, most, share } from './share.js';
import { type Agreement, type Leg, type Point, type Terms, whole } from './statement.js';

/** Energy of a leg that failed, by the leg whose seller failed, and whether that one was exempt then. */
export type Cause = { leg: number; exempt: boolean; wh: bigint };

/** One leg of one agreement in one slot. */
export type Lot = {
    agreement: Agreement;
    leg: Leg;
    /** Position of the leg in the agreement. */
    index: number;
    agreedWh: bigint;
    price: bigint;
    /** What its inputs took from it, by who caused that. */
    takenBy: Cause[];
    shortWh: bigint;
    untakenWh: bigint;
    /** What the buyer did not take and does not pay for. */
    heldBackWh: bigint;
    deliveredWh: bigint;
};

export const wholeOf = (causes: Cause[]): bigint => causes.reduce((sum, cause) => sum + cause.wh, 0n);

export const sales = (lots: Lot[], { pointId }: Point): Lot[] => lots.filter(({ leg }) => leg.sellerPoint === pointId);
export const purchases = (lots: Lot[], { pointId }: Point): Lot[] =>
    lots.filter(({ leg }) => leg.buyerPoint === pointId);

export function total(lots: Lot[], quantity: 'agreedWh' | 'deliveredWh'): bigint {
    let sum = 0n;
    for (const lot of lots) {
        sum += lot[quantity];
    }
    return sum;
}

export const deliversIn = ({ firstSlot, endSlot }: Agreement, slot: number): boolean =>
    slot >= firstSlot && slot < endSlot;

/** Legs of a carrier in a slot. */
export function lotsOf(agreement: Agreement, carrier: string, slot: number): Lot[] {
    if (!deliversIn(agreement, slot)) {
        return [];
    }
    return agreement.legs.flatMap((leg, index) =>
        leg.carrier === carrier
            ? [
                  {
                      agreement,
                      leg,
                      index,
                      ...agreed(agreement, leg, slot),
                      takenBy: [],
                      shortWh: 0n,
                      untakenWh: 0n,
                      heldBackWh: 0n,
                      deliveredWh: 0n,
                  },
              ]
            : [],
    );
}

export function agreed(terms: Terms, leg: Leg, slot: number): { agreedWh: bigint; price: bigint } {
    const index = slot - terms.firstSlot;
    return { agreedWh: whole(leg.energyWh[index] ?? ''), price: whole(leg.priceMicroPerKwh[index] ?? '') };
}

/** Puts a point's shortfall on what it sells and its under-take on what it buys. */
export function spread(point: Point, lots: Lot[], meteredWh: bigint): void {
    const [sold, bought] = [sales(lots, point), purchases(lots, point)];
    const deviation = meteredWh - (total(sold, 'agreedWh') - total(bought, 'agreedWh'));
    spreadShortage(least(total(sold, 'agreedWh'), most(0n, -deviation)), sold);
    const untaken = parts(least(total(bought, 'agreedWh'), most(0n, deviation)), bought);
    bought.forEach((lot, position) => (lot.untakenWh = untaken[position] ?? 0n));
}

/** First on legs whose inputs fell short, as far as that explains it, then on what is left of every leg. */
function spreadShortage(shortWh: bigint, sold: Lot[]): void {
    const explained = sold.map((lot) => least(lot.agreedWh, wholeOf(lot.takenBy)));
    const explainedWh = least(
        shortWh,
        explained.reduce((sum, each) => sum + each, 0n),
    );
    const first = share(explainedWh, explained);
    const rest = share(
        shortWh - explainedWh,
        sold.map((lot, position) => lot.agreedWh - (first[position] ?? 0n)),
    );
    sold.forEach((lot, position) => (lot.shortWh = (first[position] ?? 0n) + (rest[position] ?? 0n)));
}

const parts = (wh: bigint, lots: Lot[]): bigint[] =>
    share(
        wh,
        lots.map((lot) => lot.agreedWh),
    );

/** At a charge point one meter counts both sides: what the vehicle's legs miss, the station's miss. */
export function mirror(vehicle: Point, lots: Lot[], meteredWh: bigint): void {
    const [sold, bought] = [sales(lots, vehicle), purchases(lots, vehicle)];
    const deviation = meteredWh - (total(sold, 'agreedWh') - total(bought, 'agreedWh'));
    const short = parts(least(total(sold, 'agreedWh'), most(0n, -deviation)), sold);
    const untaken = parts(least(total(bought, 'agreedWh'), most(0n, deviation)), bought);
    sold.forEach((lot, position) => (lot.shortWh = lot.untakenWh = short[position] ?? 0n));
    bought.forEach((lot, position) => (lot.shortWh = lot.untakenWh = untaken[position] ?? 0n));
}
