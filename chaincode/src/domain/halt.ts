import type { Terms } from './agreement.js';
import type { Carrier, Charter } from './charter.js';
import { slotsOfDays } from './clock.js';
import { demand } from './errors.js';
import type { Participant } from './participant.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/** Longest halt, and the longest rest that rules ask for between the end of one and the setting of the next. */
export const HALT_SLOTS_MAX = 96;

/** How far ahead of the slots that have begun a halt begins. */
export const HALT_AHEAD_DAYS = 30;

/**
 * A suspension of trade on one carrier, by the regulator or by the carrier's network operator. From its commit on
 * nothing new is concluded or funded that delivers in the slots [fromSlot, untilSlot); default amounts of these slots
 * are waived. It never stops settlement, release or refund, and it ends by itself.
 */
export type HaltStatement = Readonly<{
    carrier: Carrier;
    fromSlot: SlotIndex;
    untilSlot: SlotIndex;
    reasonCode: string;
}>;

export type Halt = SignedStatement<HaltStatement> &
    Readonly<{
        /** MSP of the halting side. */
        mspId: string;
        /** First slot that is no longer halted after an early lift; before the first, when it never began. */
        liftedSlot: SlotIndex | null;
    }>;

export const haltEndSlot = (halt: Halt): SlotIndex => halt.liftedSlot ?? halt.statement.untilSlot;

/** A halt ends within a day, and within so many slots where they are short. @throws HALT_INVALID {reason} */
export function checkHalt({ fromSlot, untilSlot }: HaltStatement, charter: Pick<Charter, 'slotMinutes'>): void {
    const slotsMax = Math.min(HALT_SLOTS_MAX, slotsOfDays(charter, 1));
    demand(untilSlot > fromSlot, 'HALT_INVALID', { reason: 'the halt lasts no slot' });
    demand(untilSlot - fromSlot <= slotsMax, 'HALT_INVALID', { reason: 'the halt lasts longer than a day' });
}

/**
 * First slot in which the next halt of the same side may be set: from the end of the last one on, everything was
 * tradable for as long as the rules say. So at most one halt of a side stands that is not over, however early it was
 * set, and whether it was lifted.
 * @param restSlots slots of trade between them; only a vote makes them fewer
 */
export const restedSlot = (latest: Halt, restSlots: number): SlotIndex => haltEndSlot(latest) + restSlots;

/** Whether terms deliver on the halt's carrier in one of its slots, from `fromSlot` on: what is gated. */
export function gatesDelivery(halt: Halt, terms: Terms, fromSlot: SlotIndex): boolean {
    const from = Math.max(halt.statement.fromSlot, fromSlot) - terms.firstSlot;
    const until = haltEndSlot(halt) - terms.firstSlot;
    return terms.legs.some(
        ({ carrier, energyWh }) =>
            carrier === halt.statement.carrier &&
            energyWh.slice(Math.max(0, from), Math.max(0, until)).some((energy) => energy > 0n),
    );
}

/** @throws HALT_MISSING {carrier} when there is none to lift */
export function liftHalt(latest: Halt | null, carrier: Carrier, nextSlot: SlotIndex): Halt {
    demand(latest !== null && nextSlot < haltEndSlot(latest), 'HALT_MISSING', { carrier });
    return { ...latest, liftedSlot: nextSlot };
}

/** A halt lifted before it begins covers no slot. */
export const isLiftedUnbegun = (halt: Halt): boolean => haltEndSlot(halt) <= halt.statement.fromSlot;

/** Whether a halt waives default amounts of a slot, the slots of grace after it included. */
export const haltCovers = (halt: Halt, slot: SlotIndex, graceSlots: number): boolean =>
    slot >= halt.statement.fromSlot && !isLiftedUnbegun(halt) && slot < haltEndSlot(halt) + graceSlots;

/** Whether a party is exempt: nobody profits from a halt of its own side. */
export const exemptedBy = (halts: readonly Halt[], party: Participant): boolean =>
    halts.some((halt) => halt.mspId !== party.mspId && halt.mspId !== party.beneficialOwnerMspId);
