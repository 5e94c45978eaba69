import type { State } from './meters.js';

const SLOTS_A_DAY = 96;

type Reading = { slot: number; state: State };

/** Registers between two readings, as if energy had flowed evenly; rounded down from the first. */
export function between(last: Reading, next: Reading, slot: number): State {
    const part = (from: bigint, to: bigint): bigint =>
        from + ((to - from) * BigInt(slot - last.slot)) / BigInt(next.slot - last.slot);
    return {
        exportWh: part(last.state.exportWh, next.state.exportWh),
        importWh: part(last.state.importWh, next.state.importWh),
    };
}

/** Registers after a slot in which the meter counted what it did in a slot between two other states. */
export const continued = (begin: State, from: State, to: State): State => ({
    exportWh: begin.exportWh + to.exportWh - from.exportWh,
    importWh: begin.importWh + to.importWh - from.importWh,
});

/** Yesterday's slot unless a weekend begins or ends between, then last week's. */
export function sameTypeSlots(slot: number): number[] {
    const weekday = (of: number): number => new Date(of * 15 * 60 * 1000).getUTCDay();
    const free = (of: number): boolean => [0, 6].includes(weekday(of));
    const [dayBefore, weekBefore] = [slot - SLOTS_A_DAY, slot - 7 * SLOTS_A_DAY];
    return free(dayBefore) === free(slot) ? [dayBefore, weekBefore] : [weekBefore];
}

/** Two ends of a slot: both read, or energy is not known by volume. */
export type Ends = { before: State; after: State; areRead: boolean };

/** Energy of a slot between its ends; of gas by volume where there is a calorific value and both ends are read. */
export function energyBetween({ before, after, areRead }: Ends, whPerM3: bigint | null): State {
    if (whPerM3 !== null && areRead) {
        const energy = (from = 0n, to = 0n): bigint => ((to - from) * whPerM3) / 1_000n;
        return {
            exportWh: energy(before.exportLitres, after.exportLitres),
            importWh: energy(before.importLitres, after.importLitres),
        };
    }
    return { exportWh: after.exportWh - before.exportWh, importWh: after.importWh - before.importWh };
}
