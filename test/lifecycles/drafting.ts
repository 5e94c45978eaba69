import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Carrier, CARRIERS, isLot, isUpstream } from '@commonwatt/chaincode/domain/charter';
import type { Conversion } from '@commonwatt/chaincode/domain/conversion';
import {
    amountNano,
    energyWh,
    priceMicroPerKwh,
    shareFloor,
    smaller,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import { FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import type { DrawnLeg, DrawnTerms, Move } from './plan.js';
import { POINTS, SLOTS, SOURCE_ID, SUBJECTS, type WorldPoint } from './world.js';

const PARTIES_MAX = 6;

type Ends = Readonly<{ seller: WorldPoint; buyer: WorldPoint }>;

const ENDS: readonly Ends[] = POINTS.filter((point) => point.sells).flatMap((seller) =>
    POINTS.filter(
        (buyer) => buyer.buys && buyer.carrier === seller.carrier && buyer.participantId !== seller.participantId,
    ).map((buyer) => ({ seller, buyer })),
);

const METERED_ENDS = ENDS.filter(({ seller }) => !isLot(seller.carrier));
/** A charge point's meter tells of mobility, whoever else might. */
const SOURCED_ENDS = ENDS.filter(({ seller }) => seller.carrier !== 'mobility');

export const at = <Value>(values: readonly Value[], index: number): Value => {
    const value = values[index % values.length];
    if (value === undefined) {
        throw new Error('there is nothing to choose from');
    }
    return value;
};

/** Terms that parties of the drawn circle could sign. */
export function draftOf(drawn: DrawnTerms, salt: number): Terms {
    const names = Object.keys(SUBJECTS);
    const circle = new Set(drawn.circle.map((index) => at(names, index)));
    const slotCount = Math.min(drawn.length, SLOTS - drawn.offset);
    const ends = drawn.sourced ? SOURCED_ENDS : METERED_ENDS;
    const chosen = drawn.legs.reduce<Leg[]>(
        (before, leg) => [...before, legOf(leg, { ends, circle, chosen: before, slotCount })],
        [],
    );
    const { legs, conversions } = converted(chosen, drawn.legs);
    const ids = partiesOf(legs);
    return sampleTerms({
        proposerId: ids[0] ?? '',
        salt: salt.toString(16).padStart(64, '0'),
        parties: ids.map((participantId) => ({ participantId, lane: 0 })),
        legs,
        conversions,
        firstSlot: FIRST_SLOT + drawn.offset,
        slotCount,
        defaultRateMicroPerKwh: priceMicroPerKwh(drawn.rate),
        defaultCapNano: amountNano(drawn.cap),
        toleranceBp: drawn.toleranceBp,
        takeOrPay: drawn.takeOrPay,
        exemptions: drawn.exemptions,
        verification: drawn.sourced ? { sourceId: SOURCE_ID } : 'meters',
        concludeBeforeSlot: FIRST_SLOT + drawn.offset,
    });
}

const partiesOf = (legs: readonly Leg[]): string[] => [...new Set(legs.flatMap((leg) => [leg.sellerId, leg.buyerId]))];

/** What a leg is drawn from. */
type Pool = Readonly<{
    ends: readonly Ends[];
    circle: ReadonlySet<string>;
    chosen: readonly Leg[];
    slotCount: number;
}>;

function legOf(drawn: DrawnLeg, { ends, circle, chosen, slotCount }: Pool): Leg {
    const carrier = at(CARRIERS, drawn.carrier);
    const within = ends.filter(
        ({ seller, buyer }) => circle.has(seller.participantId) && circle.has(buyer.participantId),
    );
    const parties = new Set(partiesOf(chosen));
    const downstream = within.filter((each) => drawn.ratioBp > 0 && chosen.some((leg) => feeds(leg, each)));
    const fits = ends.filter(
        ({ seller, buyer }) => new Set([...parties, seller.participantId, buyer.participantId]).size <= PARTIES_MAX,
    );
    const ofCarrier = (pool: readonly Ends[]): Ends[] => pool.filter(({ seller }) => seller.carrier === carrier);
    // Few trade lots: whoever does comes in.
    const lots = isLot(carrier) ? ofCarrier(fits) : [];
    const pool = [downstream, ofCarrier(within), lots, within, fits].find((candidates) => candidates.length > 0);
    const { seller, buyer } = at(pool ?? ends, drawn.seller * 100 + drawn.buyer);
    const energies = drawn.energyWh.slice(0, slotCount);
    const [first = 0n, ...others] = energies;
    return {
        carrier: seller.carrier,
        sellerId: seller.participantId,
        sellerPoint: seller.pointId,
        buyerId: buyer.participantId,
        buyerPoint: buyer.pointId,
        energyWh: [energies.some((each) => each > 0n) ? first : 1n, ...others].map(energyWh),
        priceMicroPerKwh: drawn.price.slice(0, slotCount).map(priceMicroPerKwh),
    };
}

const feeds = (input: Leg, { seller }: Pick<Ends, 'seller'>): boolean =>
    input.buyerId === seller.participantId && canMake(input.carrier, seller.carrier);

const canMake = (input: Carrier, output: Carrier): boolean => isUpstream(input, output) && !isLot(output);

/**
 * Makes legs from earlier ones that their seller buys, where that was drawn; what such a leg promises is cut down to what
 * its inputs yield, and one of which nothing is left is made from nothing.
 */
function converted(chosen: readonly Leg[], drawn: readonly DrawnLeg[]): Pick<Terms, 'legs' | 'conversions'> {
    const legs = [...chosen];
    const conversions: Conversion[] = [];
    const downstream = [...chosen.entries()].sort(
        ([, left], [, right]) => CARRIERS.indexOf(left.carrier) - CARRIERS.indexOf(right.carrier),
    );
    for (const [outputLeg, output] of downstream) {
        const ratioBp = drawn[outputLeg]?.ratioBp ?? 0;
        const inputs = legs.flatMap((leg, index) => {
            const isInput = leg.buyerId === output.sellerId && canMake(leg.carrier, output.carrier);
            return isInput && ratioBp > 0 ? [index] : [];
        });
        const promised = output.energyWh.map((energy, offset) => {
            const yields = inputs.map((index) => shareFloor(legs[index]?.energyWh[offset] ?? energyWh(0n), ratioBp));
            return smaller(energy, sumEnergy(yields));
        });
        if (sumEnergy(promised) > 0n) {
            legs[outputLeg] = { ...output, energyWh: promised };
            conversions.push(...inputs.map((inputLeg) => ({ inputLeg, outputLeg, ratioBp })));
        }
    }
    return { legs, conversions };
}

/** The next version: other energies and prices from a slot on, another end, other liability as long as that may change. */
export function amended(current: Terms, previousHash: string, fromSlot: number, move: Move): Terms {
    const longest = FIRST_SLOT + SLOTS - current.firstSlot;
    const slotCount = Math.min(longest, Math.max(1, current.slotCount + ((move.pick % 3) - 1)));
    const from = Math.max(0, fromSlot - current.firstSlot);
    const hasBegun = fromSlot > current.firstSlot;
    const offsets = Array.from({ length: slotCount }, (_, offset) => offset);
    return {
        ...current,
        version: current.version + 1,
        previousHash,
        slotCount,
        legs: current.legs.map((leg, index) => ({
            ...leg,
            energyWh: offsets.map((offset) => {
                const before = leg.energyWh[offset] ?? 0n;
                const isFixed = offset < from || current.conversions.length > 0;
                return energyWh(isFixed ? before : (before + move.energyWh + BigInt(index)) % 1_000_000n);
            }),
            priceMicroPerKwh: offsets.map((offset) =>
                offset < from ? (leg.priceMicroPerKwh[offset] ?? priceMicroPerKwh(0n)) : priceMicroPerKwh(move.price),
            ),
        })),
        defaultCapNano: hasBegun ? current.defaultCapNano : amountNano(move.energyWh * 1_000n),
        takeOrPay: hasBegun ? current.takeOrPay : move.pick % 2 === 0,
        concludeBeforeSlot: Math.min(current.firstSlot + slotCount, fromSlot + 1),
    };
}
