import type { Leg, Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import type { Connection } from './connection.js';
import { assert, demand } from './errors.js';
import type { MeteringPoint } from './meter.js';
import { type EnergyWh, energyOfPower, minus, NO_ENERGY, plus, type SlotIndex, wholeParts } from './units.js';

/** Slots of one loading record: a day of quarter hours. */
export const LOADING_SLOTS = 96;

const SIDES = ['importWh', 'exportWh'] as const;
/** Energy through a connection point in one slot. Neither side nets the other: what is not delivered must not overload. */
export type Flows = Readonly<Record<(typeof SIDES)[number], EnergyWh>>;

const NO_FLOWS: Flows = { importWh: NO_ENERGY, exportWh: NO_ENERGY };

/** What agreements in force bring to a connection point, in the 96 slots from `firstSlot` on. */
export type Loading = Readonly<{
    carrier: Carrier;
    connectionPoint: string;
    /** A multiple of 96. */
    firstSlot: SlotIndex;
    flows: readonly Flows[];
}>;

/** What one agreement brings to one connection point, by slot. */
export type Load = Readonly<{ carrier: Carrier; connectionPoint: string; flows: ReadonlyMap<SlotIndex, Flows> }>;

/** First slot of the record that holds a slot. */
export const loadingStart = (slot: SlotIndex): SlotIndex => wholeParts(slot, LOADING_SLOTS) * LOADING_SLOTS;

export const emptyLoading = (carrier: Carrier, connectionPoint: string, firstSlot: SlotIndex): Loading => ({
    carrier,
    connectionPoint,
    firstSlot,
    flows: Array.from({ length: LOADING_SLOTS }, () => NO_FLOWS),
});

/** What terms bring to each connection point of their legs in the slots [fromSlot, untilSlot). */
export function loadsOf(
    terms: Pick<Terms, 'legs' | 'firstSlot'>,
    points: ReadonlyMap<string, MeteringPoint>,
    fromSlot: SlotIndex,
    untilSlot: SlotIndex,
): Load[] {
    const loads = new Map<string, { carrier: Carrier; connectionPoint: string; flows: Map<SlotIndex, Flows> }>();
    const add = (leg: Leg, pointId: string, side: keyof Flows): void => {
        const { carrier } = leg;
        const connectionPoint = points.get(pointId)?.connectionPoint;
        assert(connectionPoint !== undefined, 'the points of an agreement are registered');
        const key = `${carrier}/${connectionPoint}`;
        const load = loads.get(key) ?? { carrier, connectionPoint, flows: new Map<SlotIndex, Flows>() };
        loads.set(key, load);
        for (const [offset, energy] of leg.energyWh.entries()) {
            const slot = terms.firstSlot + offset;
            if (slot >= fromSlot && slot < untilSlot && energy > NO_ENERGY) {
                const before = load.flows.get(slot) ?? NO_FLOWS;
                load.flows.set(slot, { ...before, [side]: plus(before[side], energy) });
            }
        }
    };
    for (const leg of terms.legs) {
        add(leg, leg.sellerPoint, 'exportWh');
        add(leg, leg.buyerPoint, 'importWh');
    }
    return [...loads.values()];
}

/** How loads change when terms give way to others; what is taken back is negative, and what stays is left out. */
export function changedLoads(before: readonly Load[], after: readonly Load[]): Load[] {
    const sums = new Map<string, Load & Readonly<{ flows: Map<SlotIndex, Flows> }>>();
    const add = ({ carrier, connectionPoint, flows }: Load, sign: typeof plus): void => {
        const key = `${carrier}/${connectionPoint}`;
        const sum = sums.get(key) ?? { carrier, connectionPoint, flows: new Map<SlotIndex, Flows>() };
        sums.set(key, sum);
        for (const [slot, { importWh, exportWh }] of flows) {
            const so = sum.flows.get(slot) ?? NO_FLOWS;
            sum.flows.set(slot, { importWh: sign(so.importWh, importWh), exportWh: sign(so.exportWh, exportWh) });
        }
    };
    before.forEach((load) => {
        add(load, minus);
    });
    after.forEach((load) => {
        add(load, plus);
    });
    const changes = ({ importWh, exportWh }: Flows): boolean => importWh !== NO_ENERGY || exportWh !== NO_ENERGY;
    return [...sums.values()].map((sum) => ({
        ...sum,
        flows: new Map([...sum.flows].filter(([, flows]) => changes(flows))),
    }));
}

/** First slots of the loading records that a load touches. */
export const startsOf = (load: Load): SlotIndex[] => [...new Set([...load.flows.keys()].map(loadingStart))];

/** Adds a load, or what changes of it, to the loading of its connection point. */
export function addLoad(loading: Loading, load: Load): Loading {
    const flows = loading.flows.map((before, offset) => {
        const change = load.flows.get(loading.firstSlot + offset) ?? NO_FLOWS;
        const after = {
            importWh: plus(before.importWh, change.importWh),
            exportWh: plus(before.exportWh, change.exportWh),
        };
        assert(after.importWh >= 0n && after.exportWh >= 0n, 'no more load is taken back than was there');
        return after;
    });
    return { ...loading, flows };
}

/** Most energy of a slot in either direction. */
export const limitsOf = ({ statement }: Connection, slotMinutes: number): Flows => ({
    importWh: energyOfPower(statement.importMaxW, slotMinutes),
    exportWh: energyOfPower(statement.exportMaxW, slotMinutes),
});

/**
 * No slot is loaded beyond the limits by what was added; what exceeds limits that were lowered since stands, and may
 * become less.
 * @throws CONNECTION_OVERLOADED {carrier, connectionPoint, side, slot, energyWh, limitWh} naming the first such slot
 */
export function demandCapacity(before: Loading, after: Loading, limits: Flows): void {
    const { carrier, connectionPoint, firstSlot } = after;
    for (const [offset, flows] of after.flows.entries()) {
        for (const side of SIDES) {
            const holds = flows[side] <= limits[side] || flows[side] <= (before.flows[offset] ?? NO_FLOWS)[side];
            demand(holds, 'CONNECTION_OVERLOADED', {
                carrier,
                connectionPoint,
                side: side === 'importWh' ? 'import' : 'export',
                slot: firstSlot + offset,
                energyWh: flows[side],
                limitWh: limits[side],
            });
        }
    }
}
