import type { State } from './meters.js';
import { type Point, type Replacement, whole } from './statement.js';

/** What disputes have put in the place of readings so far; of several for a point and slot the last one counts. */
export class Replacements {
    readonly #all = new Map<string, Replacement>();

    add(replacement: Replacement): void {
        this.#all.set(placeOf(replacement.pointId, replacement.slot), replacement);
    }

    /** Registers at the end of a slot, or the energy of the slot. */
    find({ pointId }: Point, slot: number, of: Replacement['of']): State | undefined {
        const found = this.#all.get(placeOf(pointId, slot));
        return found?.of === of ? { importWh: whole(found.importWh), exportWh: whole(found.exportWh) } : undefined;
    }
}

const placeOf = (pointId: string, slot: number): string => `${pointId} ${String(slot)}`;
