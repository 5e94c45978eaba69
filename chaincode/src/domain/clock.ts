import type { Charter } from './charter.js';
import { demand } from './errors.js';
import type { SlotIndex } from './units.js';

/** Proof that a slot has begun. Ticks are only ever added, in order: `tick/S` exists exactly when slot S has begun. */
export type Tick = Readonly<{ slot: SlotIndex }>;

/** Most slots one transaction may begin: a day. */
export const ADVANCE_SLOTS_MAX = 96;

/** How far ahead of the slots that have begun anything is agreed. */
export const HORIZON_DAYS = 366;

const MS_PER_DAY = 86_400_000;
const MINUTES_PER_DAY = 1_440;

/** Day that holds an instant, counted from the epoch, in UTC. */
export const dayOf = (epochMs: number): number => Math.floor(epochMs / MS_PER_DAY);

/** Slots of so many days. */
export const slotsOfDays = ({ slotMinutes }: Pick<Charter, 'slotMinutes'>, days: number): number =>
    Math.ceil((days * MINUTES_PER_DAY) / slotMinutes);

/** Slot that holds an instant. */
export const slotAt = (charter: Pick<Charter, 'slotMinutes'>, epochMs: number): SlotIndex =>
    Math.floor(epochMs / (charter.slotMinutes * 60_000));

/**
 * Begins the slots `fromSlot … toSlot`.
 * A slot begins after its predecessor; by a real clock, not before its time.
 * @throws CLOCK_OUT_OF_ORDER {fromSlot} · CLOCK_NOT_DUE {toSlot, nowSlot}
 */
export function advanceClock(
    charter: Charter,
    range: Readonly<{ fromSlot: SlotIndex; toSlot: SlotIndex }>,
    seen: Readonly<{ predecessor: Tick | null; first: Tick | null; nowSlot: SlotIndex }>,
): Tick[] {
    const { fromSlot, toSlot } = range;
    const follows = fromSlot === charter.firstSlot || seen.predecessor !== null;
    demand(follows && seen.first === null && fromSlot <= toSlot, 'CLOCK_OUT_OF_ORDER', { fromSlot, toSlot });
    demand(toSlot - fromSlot < ADVANCE_SLOTS_MAX, 'CLOCK_OUT_OF_ORDER', { fromSlot, toSlot });
    const due = charter.clock === 'virtual' || toSlot <= seen.nowSlot;
    demand(due, 'CLOCK_NOT_DUE', { toSlot, nowSlot: seen.nowSlot });
    return Array.from({ length: toSlot - fromSlot + 1 }, (_, offset) => ({ slot: fromSlot + offset }));
}
