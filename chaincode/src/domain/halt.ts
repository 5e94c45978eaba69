import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Participant } from './participant.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/** Longest halt, and the longest time that rules ask for between the end of one and the beginning of the next. */
export const HALT_SLOTS_MAX = 96;

/**
 * A suspension of trade on one carrier, by the regulator or by the carrier's network operator. From its commit on
 * nothing new is concluded or funded until `untilSlot` begins; default amounts of the slots [fromSlot, untilSlot) are
 * waived. It never stops settlement, release or refund, and it ends by itself.
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
        /** First slot that is no longer halted after an early lift. */
        liftedSlot: SlotIndex | null;
    }>;

export const haltEndSlot = (halt: Halt): SlotIndex => halt.liftedSlot ?? halt.statement.untilSlot;

/**
 * @param restSlots slots of trade between a halt and the next of the same side; only a vote makes them fewer
 * @throws HALT_INVALID {reason} · HALT_CONFLICT {carrier, untilSlot, restSlots}: a halt is renewed by vote only
 */
export function checkHalt(latest: Halt | null, statement: HaltStatement, restSlots: number): void {
    const { carrier, fromSlot, untilSlot } = statement;
    demand(untilSlot > fromSlot, 'HALT_INVALID', { reason: 'a halt lasts at least a slot' });
    demand(untilSlot - fromSlot <= HALT_SLOTS_MAX, 'HALT_INVALID', { reason: 'a halt ends within a day' });
    if (latest !== null) {
        const endSlot = haltEndSlot(latest);
        demand(fromSlot >= endSlot + restSlots, 'HALT_CONFLICT', { carrier, untilSlot: endSlot, restSlots });
    }
}

/** @throws HALT_MISSING {carrier} when there is none to lift */
export function liftHalt(latest: Halt | null, carrier: Carrier, nextSlot: SlotIndex): Halt {
    demand(latest !== null && nextSlot < haltEndSlot(latest), 'HALT_MISSING', { carrier });
    return { ...latest, liftedSlot: liftedFrom(latest, nextSlot) };
}

export const liftedFrom = (halt: Halt, nextSlot: SlotIndex): SlotIndex => Math.max(nextSlot, halt.statement.fromSlot);

/** A halt lifted before it begins covers no slot. */
export const isLiftedUnbegun = (halt: Halt): boolean => haltEndSlot(halt) <= halt.statement.fromSlot;

/** Whether a halt waives default amounts of a slot, the slots of grace after it included. */
export const haltCovers = (halt: Halt, slot: SlotIndex, graceSlots: number): boolean =>
    slot >= halt.statement.fromSlot && !isLiftedUnbegun(halt) && slot < haltEndSlot(halt) + graceSlots;

/** Whether a party is exempt: nobody profits from a halt of its own side. */
export const exemptedBy = (halts: readonly Halt[], party: Participant): boolean =>
    halts.some((halt) => halt.mspId !== party.mspId && halt.mspId !== party.beneficialOwnerMspId);
