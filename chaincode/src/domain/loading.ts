import type { Leg, Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { deviceOf } from './conformity.js';
import { assert } from './errors.js';
import { isScheduled, type MeteringPoint } from './meter.js';
import { type EnergyWh, minus, NO_ENERGY, plus, type SlotIndex, wholeParts } from './units.js';

/** Slots of one loading record: a day of quarter hours. */
export const LOADING_SLOTS = 96;

/**
 * What is limited at a point: taken from the network and fed into it through the connection, and sold by the device
 * behind the point. None nets another: what is not delivered must not overload.
 */
export const SIDES = ['importWh', 'exportWh', 'soldWh'] as const;
export type Side = (typeof SIDES)[number];
type Columns = Readonly<Record<Side, readonly EnergyWh[]>>;

/** What agreements bring to one point, by slots from `firstSlot` on; all sides have as many slots. */
export type Load = Readonly<{ carrier: Carrier; pointId: string; firstSlot: SlotIndex }> & Columns;

/** What all agreements that were admitted bring to a point, in 96 slots from a multiple of 96 on. */
export type Loading = Load;

/** Most energy of a slot on each side; absent where nothing limits it. */
export type Limits = Readonly<Partial<Record<Side, EnergyWh>>>;

/** First slot of the record that holds a slot. */
export const loadingStart = (slot: SlotIndex): SlotIndex => wholeParts(slot, LOADING_SLOTS) * LOADING_SLOTS;

export const loadKey = ({ carrier, pointId }: Pick<Load, 'carrier' | 'pointId'>): string => `${carrier}/${pointId}`;

export const columns = (slots: number, of: (side: Side, offset: number) => EnergyWh): Columns => ({
    importWh: Array.from({ length: slots }, (_, offset) => of('importWh', offset)),
    exportWh: Array.from({ length: slots }, (_, offset) => of('exportWh', offset)),
    soldWh: Array.from({ length: slots }, (_, offset) => of('soldWh', offset)),
});

export const emptyLoading = (carrier: Carrier, pointId: string, firstSlot: SlotIndex): Loading => ({
    carrier,
    pointId,
    firstSlot,
    ...columns(LOADING_SLOTS, () => NO_ENERGY),
});

export const energyAt = (load: Load | undefined, side: Side, slot: SlotIndex): EnergyWh =>
    load?.[side][slot - load.firstSlot] ?? NO_ENERGY;

export const endOf = ({ firstSlot, importWh }: Load): SlotIndex => firstSlot + importWh.length;

/** What terms bring to the points of their legs before `untilSlot`. What stays behind one connection does not load it. */
export function loadsOf(
    terms: Pick<Terms, 'legs' | 'firstSlot'>,
    points: ReadonlyMap<string, MeteringPoint>,
    untilSlot: SlotIndex,
): Load[] {
    const slots = Math.max(0, untilSlot - terms.firstSlot);
    const sums = new Map<string, Load>();
    const add = ({ carrier, energyWh }: Leg, pointId: string, side: Side): void => {
        const key = loadKey({ carrier, pointId });
        const { firstSlot } = terms;
        const before = sums.get(key) ?? { carrier, pointId, firstSlot, ...columns(slots, () => NO_ENERGY) };
        const column = before[side].map((energy, offset) => plus(energy, energyWh[offset] ?? NO_ENERGY));
        sums.set(key, { ...before, [side]: column });
    };
    for (const leg of terms.legs) {
        const [seller, buyer] = [points.get(leg.sellerPoint), points.get(leg.buyerPoint)];
        assert(seller !== undefined && buyer !== undefined, 'the points of an agreement are registered');
        if (seller.connectionPoint !== buyer.connectionPoint) {
            add(leg, leg.sellerPoint, 'exportWh');
            add(leg, leg.buyerPoint, 'importWh');
        }
        if (!isScheduled(seller)) {
            add(leg, deviceOf(seller), 'soldWh');
        }
    }
    return [...sums.values()];
}

/** First slots of the loading records that a load touches. */
export function startsOf(load: Load): SlotIndex[] {
    const starts: SlotIndex[] = [];
    for (let start = loadingStart(load.firstSlot); start < endOf(load); start += LOADING_SLOTS) {
        starts.push(start);
    }
    return starts;
}

/** The loading after an agreement's part in it has changed. */
export function changeLoading(loading: Loading, before: Load | undefined, after: Load | undefined): Loading {
    const of = (side: Side, offset: number): EnergyWh => {
        const slot = loading.firstSlot + offset;
        const energy = plus(energyAt(loading, side, slot), energyAt(after, side, slot));
        const changed = minus(energy, energyAt(before, side, slot));
        assert(changed >= NO_ENERGY, 'no more load is taken back than was there');
        return changed;
    };
    const { carrier, pointId, firstSlot } = loading;
    return { carrier, pointId, firstSlot, ...columns(LOADING_SLOTS, of) };
}

/** Where something exceeds its limit by what was added: what stands above a limit lowered since may stay, or become less. */
export type Excess = Readonly<{ side: Side; slot: SlotIndex; energyWh: EnergyWh; limitWh: EnergyWh }>;

/** The first slot in which a change leaves more than a side's limit, and more than before. */
export function excessOf(before: Loading, after: Loading, limits: Limits, fromSlot = after.firstSlot): Excess | null {
    for (let slot = Math.max(fromSlot, after.firstSlot); slot < endOf(after); slot += 1) {
        for (const side of SIDES) {
            const [energyWh, limitWh] = [energyAt(after, side, slot), limits[side]];
            if (limitWh !== undefined && energyWh > limitWh && energyWh > energyAt(before, side, slot)) {
                return { side, slot, energyWh, limitWh };
            }
        }
    }
    return null;
}

export const SIDE_NAMES = { importWh: 'import', exportWh: 'export', soldWh: 'sale' } as const;
