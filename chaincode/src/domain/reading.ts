import { demand } from './errors.js';
import type { Registers } from './meter.js';
import type { SlotIndex } from './units.js';

/** State of both registers at the end of a slot, as the meter signed it. */
export type Reading = Registers &
    Readonly<{
        pointId: string;
        meterId: string;
        /** Counts the meter's readings without gaps; the baseline at registration is 0. */
        sequence: number;
        slot: SlotIndex;
    }>;

/** A reading with the meter's detached signature. */
export type SignedReading = Readonly<{ reading: Reading; signature: string }>;

/**
 * Decides whether a meter's next reading follows its last one.
 * @throws READING_OUT_OF_ORDER {pointId, sequence, lastSequence, slot, lastSlot} ·
 * READING_NOT_MONOTONIC {pointId, slot}: a register ran backwards
 */
export function followsReading(last: Reading, next: Reading): Reading {
    const { pointId, sequence, slot } = next;
    const inOrder = sequence === last.sequence + 1 && slot > last.slot;
    demand(inOrder, 'READING_OUT_OF_ORDER', {
        pointId,
        sequence,
        lastSequence: last.sequence,
        slot,
        lastSlot: last.slot,
    });
    const monotonic = next.importWh >= last.importWh && next.exportWh >= last.exportWh;
    demand(monotonic, 'READING_NOT_MONOTONIC', { pointId, slot });
    return next;
}

/** Whether both state the same; a second reading of a slot with other registers is a conflict. */
export const sameReading = (left: Reading, right: Reading): boolean =>
    left.pointId === right.pointId &&
    left.meterId === right.meterId &&
    left.sequence === right.sequence &&
    left.slot === right.slot &&
    left.importWh === right.importWh &&
    left.exportWh === right.exportWh;
