import type { Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Execution } from './escrow.js';
import { FINAL_STATES } from './lifecycle.js';
import type { SlotIndex } from './units.js';

/** Most agreements that one step of winding up looks at: its transaction stays small however many there are. */
export const WOUND_UP_MAX = 64;

/**
 * A participant that leaves the market: it agrees nothing new; what is open is delivered, settled and reconciled. Its
 * agreements, to which none is added any more, are wound up in the order of their ids.
 */
export type Departure = Readonly<{
    participantId: string;
    /** Agreements up to this id are closed for good; `null` before the first step. */
    woundUpThrough: string | null;
    /** No agreement is left: the money can go. */
    isWoundUp: boolean;
}>;

export const departureOf = (participantId: string): Departure => ({
    participantId,
    woundUpThrough: null,
    isWoundUp: false,
});

/** @throws PARTICIPANT_LEAVING {participantId} */
export function demandStays(departure: Departure | null, participantId: string): void {
    demand(departure === null, 'PARTICIPANT_LEAVING', { participantId });
}

/** Who leaves takes its money when nothing can come of its agreements any more. @throws NOT_WOUND_UP {participantId} */
export function demandWoundUp(departure: Departure | null, participantId: string): void {
    demand(departure === null || departure.isWoundUp, 'NOT_WOUND_UP', { participantId });
}

/**
 * Winds up the next agreements, all of which are closed.
 * @param next ids in order, at most `WOUND_UP_MAX`; fewer when they are the last ones
 * @param openIds those of them that are not closed
 * @throws AGREEMENTS_OPEN {participantId, agreementIds}
 */
export function windUp(departure: Departure, next: readonly string[], openIds: readonly string[]): Departure {
    const { participantId, woundUpThrough } = departure;
    demand(openIds.length === 0, 'AGREEMENTS_OPEN', { participantId, agreementIds: openIds });
    return {
        participantId,
        woundUpThrough: next.at(-1) ?? woundUpThrough,
        isWoundUp: next.length < WOUND_UP_MAX,
    };
}

/** No step of the agreement is left to take. */
export const isEnded = ({ state }: Execution): boolean => FINAL_STATES.includes(state);

/** The last slot that the agreement delivered of each carrier: when that is final, so is what came before it. */
export const lastDelivered = (
    { progress }: Execution,
    { firstSlot }: Terms,
): readonly Readonly<{ carrier: Carrier; slot: SlotIndex }>[] =>
    progress
        .filter(({ nextSlot }) => nextSlot > firstSlot)
        .map(({ carrier, nextSlot }) => ({ carrier, slot: nextSlot - 1 }));
