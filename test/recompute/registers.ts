import { between, continued, energyBetween, sameTypeSlots } from './estimates.js';
import { KnownRegisters } from './known-registers.js';
import type { Metered, Meters, State } from './meters.js';
import { Replacements } from './replacements.js';
import {
    type CalorificValue,
    type Gap,
    type Point,
    type Reconciliation,
    type Replacement,
    whole,
} from './statement.js';

/**
 * The registers that initial runs went by: what a meter showed, what a dispute had put in its place by then, or for a gap
 * what was estimated. Slots are asked for as they are settled: an estimate stays what it was, whatever is known later.
 */
export class Registers {
    readonly #meters: Pick<Meters, 'state'>;
    readonly #gaps: Gap[];
    readonly #factors: CalorificValue[];
    readonly #replacements = new Replacements();
    readonly #estimates = new Map<string, State>();

    constructor(meters: Pick<Meters, 'state'>, gaps: Gap[], factors: CalorificValue[] = []) {
        this.#meters = meters;
        this.#gaps = gaps;
        this.#factors = factors;
    }

    /** A dispute ends: from now on this stands in the reading's place. */
    replace(replacement: Replacement): void {
        this.#replacements.add(replacement);
    }

    /** What a reconciliation run knows of the same meters. */
    knownIn(run: Reconciliation): KnownRegisters {
        return new KnownRegisters(this.#meters, run, this.#replacements);
    }

    /** What the point's meter counted in a slot, between the registers that settlement went by. */
    energy(point: Metered, slot: number): State {
        // Asked for even where a dispute has replaced the energy: the next slot begins with the estimate.
        const [before, after] = [this.#state(point, slot - 1), this.#state(point, slot)];
        const factor = point.carrier === 'gas' ? this.#factors.find((each) => each.slot === slot) : undefined;
        const areRead = [slot - 1, slot].every((end) => this.#isRead(point, end));
        return (
            this.#replacements.find(point, slot, 'energy') ??
            energyBetween({ before, after, areRead }, factor === undefined ? null : whole(factor.whPerM3))
        );
    }

    #state(point: Metered, slot: number): State {
        const gap = this.#gapAt(point, slot);
        if (gap === undefined) {
            return this.#replacements.find(point, slot, 'registers') ?? this.#meters.state(point, slot);
        }
        const place = `${point.pointId} ${String(slot)}`;
        const estimate = this.#estimates.get(place) ?? this.#estimate(point, gap);
        this.#estimates.set(place, estimate);
        return estimate;
    }

    #estimate(point: Metered, { slot, lastSlot, nextSlot }: Gap): State {
        const read = (of: number): { slot: number; state: State } => ({
            slot: of,
            state: this.#meters.state(point, of),
        });
        if (lastSlot !== null && nextSlot !== null) {
            return between(read(lastSlot), read(nextSlot), slot);
        }
        const begin = this.#state(point, slot - 1);
        const model = sameTypeSlots(slot).find((earlier) => this.#isMeasured(point, earlier));
        return model === undefined ? begin : continued(begin, read(model - 1).state, read(model).state);
    }

    /** On the ledger from the slot before the point's first on, as far as nothing is missing. */
    #isMeasured(point: Point, slot: number): boolean {
        const ends = [slot - 1, slot];
        return slot >= point.fromSlot && ends.every((end) => this.#gapAt(point, end) === undefined);
    }

    #isRead(point: Point, slot: number): boolean {
        return (
            this.#gapAt(point, slot) === undefined && this.#replacements.find(point, slot, 'registers') === undefined
        );
    }

    #gapAt({ pointId }: Point, slot: number): Gap | undefined {
        return this.#gaps.find((gap) => gap.pointId === pointId && gap.slot === slot);
    }
}
