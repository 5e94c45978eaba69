import { demand } from './errors.js';
import type { Registers } from './meter.js';
import type { SlotIndex } from './units.js';

/**
 * How far the neighbours of a late reading, and of a missing one, are looked for: 31 days of quarter hours. What is
 * further away neither admits a reading nor tells anything about a slot.
 */
export const NEIGHBOUR_SLOTS_MAX = 2_976;

/** State of both registers at the end of a slot, as the meter signed it. */
export type Reading = Registers &
    Readonly<{
        pointId: string;
        meterId: string;
        /** Counts the meter's readings; the baseline at registration is 0. A lost reading leaves a gap. */
        sequence: number;
        slot: SlotIndex;
    }>;

/** A reading with the meter's detached signature. */
export type SignedReading = Readonly<{ reading: Reading; signature: string }>;

/**
 * Decides whether a meter's reading may stand after its last one: some between them may be lost, none may come back.
 * @throws READING_OUT_OF_ORDER {pointId, sequence, lastSequence, slot, lastSlot} ·
 * READING_NOT_MONOTONIC {pointId, slot}: a register ran backwards
 */
export function followsReading(last: Reading, next: Reading): Reading {
    demandOrder(isOrdered(last, next), next, last);
    demandMonotonic(isMonotonic(last, next), next);
    return next;
}

/**
 * Decides whether a reading that comes late fits between its neighbours on the ledger; a neighbour that is too far away
 * to be found admits nothing.
 * @throws READING_OUT_OF_ORDER {pointId, sequence, lastSequence, slot, lastSlot}, the last two of the neighbour that it
 * does not fit to · READING_NOT_MONOTONIC {pointId, slot}
 */
export function fitsBetween(before: Reading | null, reading: Reading, after: Reading | null): Reading {
    demandOrder(before !== null && isOrdered(before, reading), reading, before);
    demandOrder(after !== null && isOrdered(reading, after), reading, after);
    demandMonotonic(isMonotonic(before, reading) && isMonotonic(reading, after), reading);
    return reading;
}

const isOrdered = (earlier: Reading, later: Reading): boolean =>
    earlier.sequence < later.sequence && earlier.slot < later.slot;

export const isMonotonic = (earlier: Registers, later: Registers): boolean =>
    earlier.importWh <= later.importWh && earlier.exportWh <= later.exportWh;

function demandOrder(holds: boolean, reading: Reading, neighbour: Reading | null): asserts holds {
    const { pointId, sequence, slot } = reading;
    demand(holds, 'READING_OUT_OF_ORDER', {
        pointId,
        sequence,
        lastSequence: neighbour?.sequence ?? null,
        slot,
        lastSlot: neighbour?.slot ?? null,
    });
}

function demandMonotonic(holds: boolean, { pointId, slot }: Reading): void {
    demand(holds, 'READING_NOT_MONOTONIC', { pointId, slot });
}

/** Whether both state the same; a second reading of a slot with other registers is a conflict. */
export const sameReading = (left: Reading, right: Reading): boolean =>
    left.pointId === right.pointId &&
    left.meterId === right.meterId &&
    left.sequence === right.sequence &&
    left.slot === right.slot &&
    left.importWh === right.importWh &&
    left.exportWh === right.exportWh;
