import { between, continued, energyBetween, sameTypeSlots } from './estimates.js';
import type { Metered, Meters, State } from './meters.js';
import type { Replacements } from './replacements.js';
import { type Gap, type Point, type Reconciliation, whole } from './statement.js';

/** What a reconciliation run knows of meters: what is on the ledger then, and nothing that was estimated before. */
export class KnownRegisters {
    readonly #meters: Pick<Meters, 'state'>;
    readonly #run: Reconciliation;
    readonly #replacements: Replacements;

    constructor(meters: Pick<Meters, 'state'>, run: Reconciliation, replacements: Replacements) {
        this.#meters = meters;
        this.#run = run;
        this.#replacements = replacements;
    }

    /** Energy of the slot: as a dispute replaced it, or between the registers at its ends. */
    energy(point: Metered, slot: number): State {
        const ends = [slot - 1, slot];
        const areRead = ends.every(
            (end) =>
                this.#gapAt(point, end) === undefined && this.#replacements.find(point, end, 'registers') === undefined,
        );
        const { whPerM3 } = this.#run;
        return (
            this.#replacements.find(point, slot, 'energy') ??
            energyBetween(
                { before: this.#state(point, slot - 1), after: this.#state(point, slot), areRead },
                point.carrier === 'gas' && whPerM3 !== null ? whole(whPerM3) : null,
            )
        );
    }

    #state(point: Metered, slot: number): State {
        const gap = this.#gapAt(point, slot);
        const replaced = this.#replacements.find(point, slot, 'registers');
        return replaced ?? (gap === undefined ? this.#meters.state(point, slot) : this.#estimate(point, gap));
    }

    /** Between two readings, or from the last one on by the same slots of earlier days. */
    #estimate(point: Metered, { slot, lastSlot, nextSlot }: Gap): State {
        const read = (of: number): { slot: number; state: State } => ({
            slot: of,
            state: this.#meters.state(point, of),
        });
        if (lastSlot === null) {
            throw new Error(`no reading of ${point.pointId} before slot ${String(slot)} tells what was known`);
        }
        if (nextSlot !== null) {
            return between(read(lastSlot), read(nextSlot), slot);
        }
        let { state } = read(lastSlot);
        for (let each = lastSlot + 1; each <= slot; each += 1) {
            const model = sameTypeSlots(each).find((earlier) => this.#isMeasured(point, earlier, lastSlot));
            state = model === undefined ? state : continued(state, read(model - 1).state, read(model).state);
        }
        return state;
    }

    #isMeasured(point: Point, slot: number, lastSlot: number): boolean {
        const ends = [slot - 1, slot];
        const isOnLedger = slot >= point.fromSlot && slot <= lastSlot;
        return isOnLedger && ends.every((end) => this.#gapAt(point, end) === undefined);
    }

    #gapAt({ pointId }: Point, slot: number): Gap | undefined {
        return this.#run.gaps.find((gap) => gap.pointId === pointId && gap.slot === slot);
    }
}
