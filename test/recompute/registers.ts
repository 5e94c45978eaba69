import type { Metered, Meters, State } from './meters.js';
import { type CalorificValue, type Gap, type Point, whole } from './statement.js';

const SLOTS_A_DAY = 96;

/** The registers that settlement went by: what a meter showed, or for a gap what is estimated in its place. */
export class Registers {
    readonly #meters: Pick<Meters, 'state'>;
    readonly #gaps: Gap[];
    readonly #factors: CalorificValue[];

    constructor(meters: Pick<Meters, 'state'>, gaps: Gap[], factors: CalorificValue[] = []) {
        this.#meters = meters;
        this.#gaps = gaps;
        this.#factors = factors;
    }

    /** What the point's meter counted in a slot, between the registers that settlement went by. */
    energy(point: Metered, slot: number): State {
        const [before, after] = [this.#state(point, slot - 1), this.#state(point, slot)];
        const factor = point.carrier === 'gas' ? this.#factors.find((each) => each.slot === slot) : undefined;
        const isRead = [slot - 1, slot].every((end) => this.#gapAt(point, end) === undefined);
        if (factor !== undefined && isRead) {
            const value = whole(factor.whPerM3);
            const energy = (from = 0n, to = 0n): bigint => ((to - from) * value) / 1_000n;
            return {
                exportWh: energy(before.exportLitres, after.exportLitres),
                importWh: energy(before.importLitres, after.importLitres),
            };
        }
        return { exportWh: after.exportWh - before.exportWh, importWh: after.importWh - before.importWh };
    }

    #state(point: Metered, slot: number): State {
        const gap = this.#gapAt(point, slot);
        if (gap === undefined) {
            return this.#meters.state(point, slot);
        }
        if (gap.lastSlot !== null && gap.nextSlot !== null) {
            return this.#between(point, slot, [gap.lastSlot, gap.nextSlot]);
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

    #between(point: Metered, slot: number, [lastSlot, nextSlot]: [number, number]): State {
        const [last, next] = [this.#meters.state(point, lastSlot), this.#meters.state(point, nextSlot)];
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
