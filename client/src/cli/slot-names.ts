import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { localSlotTime } from '../slot-time.js';

/** How people read slots. */
export type SlotNames = Readonly<{
    one: (slot: SlotIndex) => string;
    /** From the first slot to the last, both included. */
    range: (first: SlotIndex, last: SlotIndex) => string;
}>;

const indices = (first: SlotIndex, last: SlotIndex): string =>
    first === last ? String(first) : `${String(first)}..${String(last)}`;

/** By index alone, where nothing tells how long slots are. */
export const PLAIN_SLOTS: SlotNames = { one: String, range: indices };

/** With the local time at which they begin, and of a range also that at which it ends: `7..8 (2016-07-20 11:00+02:00 to 11:30)`. */
export const timedSlots = (grid: Readonly<{ slotMinutes: number }>): SlotNames => ({
    one: (slot) => `${String(slot)} (${localSlotTime(slot, grid)})`,
    range: (first, last) => {
        const from = localSlotTime(first, grid);
        const until = localSlotTime(last + 1, grid);
        return `${indices(first, last)} (${from} to ${sameDay(from, until) ? hourOf(until) : until})`;
    },
});

/** Same date and same offset to UTC. */
const sameDay = (left: string, right: string): boolean =>
    left.slice(0, 10) === right.slice(0, 10) && left.slice(16) === right.slice(16);
const hourOf = (time: string): string => time.slice(11, 16);
