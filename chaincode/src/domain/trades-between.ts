import type { Leg, Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import { type SlotIndex, wholeParts } from './units.js';

/** Slots that are counted together. */
export const BLOCK_SLOTS = 96;
/**
 * Most agreements between the same two metering points that begin in the same block of slots: two for each slot. A
 * settlement run reads every agreement that delivers in its slot, so who could conclude without end could keep a carrier
 * from being settled. Points are registered by an officer and cannot be multiplied.
 */
export const AGREEMENTS_MAX = 2 * BLOCK_SLOTS;

/** From where to where energy is agreed. */
export type PointPair = Pick<Leg, 'carrier' | 'sellerPoint' | 'buyerPoint'>;

/** How many agreements there are between two points that begin in a block of slots. */
export type TradesBetween = Readonly<{
    carrier: Carrier;
    sellerPoint: string;
    buyerPoint: string;
    block: number;
    agreements: number;
}>;

export const blockOf = (slot: SlotIndex): number => wholeParts(slot, BLOCK_SLOTS);

/** Between which points terms agree, each pair once. */
export function pointPairsOf({ legs }: Pick<Terms, 'legs'>): PointPair[] {
    const pairs = legs.map(({ carrier, sellerPoint, buyerPoint }) => ({ carrier, sellerPoint, buyerPoint }));
    return [...new Map(pairs.map((each) => [Object.values(each).join('/'), each])).values()];
}

/**
 * Counts one agreement more.
 * @throws TRADES_LIMIT {carrier, sellerPoint, buyerPoint, firstSlot, agreementsMax}
 */
export function countAgreement(existing: TradesBetween | null, pair: PointPair, firstSlot: SlotIndex): TradesBetween {
    const agreements = (existing?.agreements ?? 0) + 1;
    demand(agreements <= AGREEMENTS_MAX, 'TRADES_LIMIT', { ...pair, firstSlot, agreementsMax: AGREEMENTS_MAX });
    return { ...pair, block: blockOf(firstSlot), agreements };
}
