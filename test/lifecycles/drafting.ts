import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import type { DrawnLeg, DrawnTerms, Move } from './plan.js';
import { POINTS, SLOTS, SUBJECTS, type WorldPoint } from './world.js';

const PARTIES_MAX = 6;

type Ends = Readonly<{ seller: WorldPoint; buyer: WorldPoint }>;

const ENDS: readonly Ends[] = POINTS.filter((point) => point.sells).flatMap((seller) =>
    POINTS.filter(
        (buyer) => buyer.buys && buyer.carrier === seller.carrier && buyer.participantId !== seller.participantId,
    ).map((buyer) => ({ seller, buyer })),
);

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
    const legs = drawn.legs.reduce<Leg[]>((chosen, leg) => [...chosen, legOf(leg, circle, chosen, slotCount)], []);
    const ids = partiesOf(legs);
    return sampleTerms({
        proposerId: ids[0] ?? '',
        salt: salt.toString(16).padStart(64, '0'),
        parties: ids.map((participantId) => ({ participantId, lane: 0 })),
        legs,
        firstSlot: FIRST_SLOT + drawn.offset,
        slotCount,
        defaultRateMicroPerKwh: priceMicroPerKwh(drawn.rate),
        defaultCapNano: amountNano(drawn.cap),
        toleranceBp: drawn.toleranceBp,
        takeOrPay: drawn.takeOrPay,
        exemptions: drawn.exemptions,
        concludeBeforeSlot: FIRST_SLOT + drawn.offset,
    });
}

const partiesOf = (legs: readonly Leg[]): string[] => [...new Set(legs.flatMap((leg) => [leg.sellerId, leg.buyerId]))];

function legOf(drawn: DrawnLeg, circle: ReadonlySet<string>, chosen: readonly Leg[], slotCount: number): Leg {
    const carrier = at(CARRIERS, drawn.carrier);
    const within = ENDS.filter(
        ({ seller, buyer }) => circle.has(seller.participantId) && circle.has(buyer.participantId),
    );
    const parties = new Set(partiesOf(chosen));
    const fits = ENDS.filter(
        ({ seller, buyer }) => new Set([...parties, seller.participantId, buyer.participantId]).size <= PARTIES_MAX,
    );
    const pool = [within.filter(({ seller }) => seller.carrier === carrier), within, fits].find(
        (candidates) => candidates.length > 0,
    );
    const { seller, buyer } = at(pool ?? ENDS, drawn.seller * 100 + drawn.buyer);
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
                return energyWh(offset < from ? before : (before + move.energyWh + BigInt(index)) % 1_000_000n);
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
