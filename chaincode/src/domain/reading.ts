import { demand } from './errors.js';
import type { Counted, Registers, Volumes } from './meter.js';
import { type CalorificWhPerM3, minus, plus, type SlotIndex } from './units.js';

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
        /** Of a gas meter: what it counts, and the gross calorific value by which it tells energy. */
        volume: (Volumes & Readonly<{ calorificWhPerM3: CalorificWhPerM3 }>) | null;
    }>;

/** A reading with the meter's detached signature. */
export type SignedReading = Readonly<{ reading: Reading; signature: string }>;

/** A reading and what it says of its point: the two differ once the meter has been exchanged. */
export type CountedReading = Readonly<{ reading: Reading; counted: Counted }>;

/** A reading as the ledger keeps it. */
export type RecordedReading = SignedReading & CountedReading;

/** What the next reading of a point must follow: the last one of the meter that is installed, and that meter's key. */
export type LastReading = CountedReading &
    Readonly<{
        publicKey: string;
        /** First slot at whose end the meter can be read. */
        firstSlot: SlotIndex;
    }>;

/** Where the registers of a point stand when its meter, which another reading of is known, says this. */
export function countedBy({ reading: known, counted }: CountedReading, reading: Reading): Counted {
    const [volume, from, to] = [counted.volume, known.volume, reading.volume];
    return {
        importWh: plus(counted.importWh, minus(reading.importWh, known.importWh)),
        exportWh: plus(counted.exportWh, minus(reading.exportWh, known.exportWh)),
        volume:
            volume === null || from === null || to === null
                ? null
                : {
                      importLitres: plus(volume.importLitres, minus(to.importLitres, from.importLitres)),
                      exportLitres: plus(volume.exportLitres, minus(to.exportLitres, from.exportLitres)),
                  },
    };
}

/** The registers of a point whose first meter says this. */
export const countedFirst = ({ importWh, exportWh, volume }: Reading): Counted => ({
    importWh,
    exportWh,
    volume: volume === null ? null : { importLitres: volume.importLitres, exportLitres: volume.exportLitres },
});

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
 * to be found admits nothing. Neighbours of another meter stand by their slot and by what their point had counted.
 * @throws READING_OUT_OF_ORDER {pointId, sequence, lastSequence, slot, lastSlot}, the last two of the neighbour that it
 * does not fit to · READING_NOT_MONOTONIC {pointId, slot}
 */
export function fitsBetween(
    before: CountedReading | null,
    { reading, counted }: CountedReading,
    after: CountedReading | null,
): Reading {
    demandOrder(before !== null && isOrdered(before.reading, reading), reading, before?.reading ?? null);
    demandOrder(after !== null && isOrdered(reading, after.reading), reading, after?.reading ?? null);
    demandMonotonic(isMonotonic(before.counted, counted) && isMonotonic(counted, after.counted), reading);
    return reading;
}

/** The meter that is installed speaks, and only of slots that it was there for. @throws READING_OUT_OF_ORDER */
export function demandInstalled({ reading: last, firstSlot }: LastReading, reading: Reading): void {
    demandOrder(reading.slot >= firstSlot, reading, last);
}

const isOrdered = (earlier: Reading, later: Reading): boolean =>
    earlier.slot < later.slot && (earlier.meterId !== later.meterId || earlier.sequence < later.sequence);

/** No register runs backwards. */
export const isMonotonic = (earlier: Counted, later: Counted): boolean =>
    earlier.importWh <= later.importWh &&
    earlier.exportWh <= later.exportWh &&
    (earlier.volume === null ||
        later.volume === null ||
        (earlier.volume.importLitres <= later.volume.importLitres &&
            earlier.volume.exportLitres <= later.volume.exportLitres));

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
    left.exportWh === right.exportWh &&
    sameVolume(left.volume, right.volume);

const sameVolume = (left: Reading['volume'], right: Reading['volume']): boolean =>
    left?.importLitres === right?.importLitres &&
    left?.exportLitres === right?.exportLitres &&
    left?.calorificWhPerM3 === right?.calorificWhPerM3;
