import { demand } from './errors.js';
import type { Counted, Registers } from './meter.js';
import type { SignedStatement } from './signed-statement.js';
import { type CalorificWhPerM3, energyOfVolume, minus, type SlotIndex, type VolumeLitres } from './units.js';

/** Most slots that one statement covers: a day of quarter hours. */
export const CALORIFIC_SLOTS_MAX = 96;

/** The gross calorific value of the gas that flowed in some slots, as the network operator has measured it since. */
export type CalorificStatement = Readonly<{
    fromSlot: SlotIndex;
    slotCount: number;
    calorificWhPerM3: CalorificWhPerM3;
}>;

/** What is published for one slot, once, with the statement that says so. */
export type Calorific = SignedStatement<CalorificStatement> & Readonly<{ slot: SlotIndex }>;

/** Whether the slot's value is published already. @throws CALORIFIC_CONFLICT {slot} when another value is */
export function isPublished(
    existing: Calorific | null,
    slot: SlotIndex,
    { calorificWhPerM3 }: CalorificStatement,
): boolean {
    if (existing === null) {
        return false;
    }
    demand(existing.statement.calorificWhPerM3 === calorificWhPerM3, 'CALORIFIC_CONFLICT', { slot });
    return true;
}

/**
 * Energy between two states of the registers. Gas whose volume was read at both ends is counted by the published value;
 * until there is one, and for whatever was estimated, by the energy that the meter tells.
 */
export function energyBetween(before: Counted, after: Counted, calorific: CalorificWhPerM3 | null): Registers {
    if (calorific === null || before.volume === null || after.volume === null) {
        return {
            importWh: minus(after.importWh, before.importWh),
            exportWh: minus(after.exportWh, before.exportWh),
        };
    }
    const energy = (from: VolumeLitres, to: VolumeLitres): Registers['importWh'] =>
        energyOfVolume(minus(to, from), calorific);
    return {
        importWh: energy(before.volume.importLitres, after.volume.importLitres),
        exportWh: energy(before.volume.exportLitres, after.volume.exportLitres),
    };
}
