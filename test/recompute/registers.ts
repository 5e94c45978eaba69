import type { Metered, Meters, State } from './meters.js';
import type { Gap, Point } from './statement.js';

const SLOTS_A_DAY = 96;

/** The registers that settlement went by: what a meter showed, or for a gap what is estimated in its place. */
export class Registers {
    readonly #meters: Pick<Meters, 'state'>;
    readonly #gaps: Gap[];

    constructor(meters: Pick<Meters, 'state'>, gaps: Gap[]) {
        this.#meters = meters;
        this.#gaps = gaps;
    }

    /** What the point's meter counted in a slot, between the registers that settlement went by. */
    energy(point: Metered, slot: number): State {
        const [before, after] = [this.#state(point, slot - 1), this.#state(point, slot)];
        return { exportWh: after.exportWh - before.exportWh, importWh: after.importWh - before.importWh };
    }

    #state(point: Metered, slot: number): State {
        const gap = this.#gapAt(point, slot);
        if (gap === undefined) {
            return this.#meters.state(point, slot);
        }
        if (gap.nextSlot !== null) {
            return this.#between(point, slot, gap.nextSlot);
        }
        const begin = this.#state(point, slot - 1);
        const model = sameTypeSlots(slot).find((earlier) => this.#isMeasured(point, earlier));
        if (model === undefined) {
            return begin;
        }
        const [from, to] = [this.#meters.state(point, model - 1), this.#meters.state(point, model)];
        return {
            exportWh: begin.exportWh + to.exportWh - from.exportWh,
            importWh: begin.importWh + to.importWh - from.importWh,
        };
    }

    #between(point: Metered, slot: number, nextSlot: number): State {
        let lastSlot = slot - 1;
        while (this.#gapAt(point, lastSlot) !== undefined) {
            lastSlot -= 1;
        }
        const [last, next] = [lastSlot, nextSlot].map((at) => this.#meters.state(point, at));
        if (last === undefined || next === undefined) {
            throw new Error(`slot ${String(slot)} has no neighbours`);
        }
        const part = (from: bigint, to: bigint): bigint =>
            from + ((to - from) * BigInt(slot - lastSlot)) / BigInt(nextSlot - lastSlot);
        return {
            exportWh: part(last.exportWh, next.exportWh),
            importWh: part(last.importWh, next.importWh),
        };
    }

    /** On the ledger from the slot before the point's first on, as far as nothing is missing. */
    #isMeasured(point: Point, slot: number): boolean {
        const ends = [slot - 1, slot];
        return slot >= point.fromSlot && ends.every((end) => this.#gapAt(point, end) === undefined);
    }

    #gapAt({ pointId }: Point, slot: number): Gap | undefined {
        return this.#gaps.find((gap) => gap.pointId === pointId && gap.slot === slot);
    }
}

/** Yesterday's slot unless a weekend begins or ends between, then last week's. */
function sameTypeSlots(slot: number): number[] {
    const weekday = (of: number): number => new Date(of * 15 * 60 * 1000).getUTCDay();
    const free = (of: number): boolean => [0, 6].includes(weekday(of));
    const [dayBefore, weekBefore] = [slot - SLOTS_A_DAY, slot - 7 * SLOTS_A_DAY];
    return free(dayBefore) === free(slot) ? [dayBefore, weekBefore] : [weekBefore];
}
