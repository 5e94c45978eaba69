import type { Carrier } from './charter.js';
import { assert } from './errors.js';
import type { Counted, MeteringPoint, Registers } from './meter.js';
import { minus, plus, proportionFloor, type SlotIndex, wholeParts } from './units.js';

/** How the energy of a point in a slot is known: `replaced` by a decided dispute; `scheduled` points have no meter. */
export const QUALITIES = ['measured', 'replaced', 'estimated', 'missing', 'scheduled'] as const;
export type Quality = (typeof QUALITIES)[number];

/** State of a point's registers at one end of a slot, and how it is known. */
export type RegisterState = Counted & Readonly<{ quality: Exclude<Quality, 'scheduled'> }>;

/** Registers that a run estimated for the end of its slot: the next slot begins there. Energy alone is estimated. */
export type Estimates = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    points: readonly (Registers & Readonly<{ pointId: string; quality: RegisterState['quality'] }>)[];
}>;

/** What a point had counted at the end of a slot. */
export type RegistersAt = Registers & Readonly<{ slot: SlotIndex }>;

/** What the ledger holds to estimate the registers at the end of a slot from. */
export type Evidence = Readonly<{
    slot: SlotIndex;
    /** Registers when the slot began, read or estimated. */
    begin: Registers;
    /** Nearest readings on either side of the end of the slot. */
    last: RegistersAt | null;
    next: RegistersAt | null;
    /** Energy of the same slot of the last measured day of the same type, in both directions. */
    sameTypeDay: Registers | null;
}>;

/** What a run estimated for the end of its slot, point by point. */
export function estimatedEnds(
    points: readonly Readonly<{ point: MeteringPoint; after: RegisterState | null }>[],
): Estimates['points'] {
    return points.flatMap(({ point: { pointId }, after }) => {
        if (after === null || after.quality === 'measured' || after.quality === 'replaced') {
            return [];
        }
        const { importWh, exportWh, quality } = after;
        return [{ pointId, importWh, exportWh, quality }];
    });
}

/** Days of the week, Monday 0; slot 0 lies in a Thursday. */
const DAYS_OF_WEEK = 7;
const FIRST_DAY_OF_WEEK = 3;
const SATURDAY = 5;

/**
 * Registers at the end of a slot without a reading (`docs/settlement.md` §1 states the rules and their order). Whoever
 * estimates from the same ledger gets the same registers.
 */
export function estimateRegisters({ slot, begin, last, next, sameTypeDay }: Evidence): RegisterState {
    if (last !== null && next !== null) {
        const between = (from: Registers['importWh'], to: Registers['importWh']): Registers['importWh'] =>
            plus(from, proportionFloor(minus(to, from), slot - last.slot, next.slot - last.slot));
        return {
            importWh: between(last.importWh, next.importWh),
            exportWh: between(last.exportWh, next.exportWh),
            volume: null,
            quality: 'estimated',
        };
    }
    if (sameTypeDay !== null) {
        return {
            importWh: plus(begin.importWh, sameTypeDay.importWh),
            exportWh: plus(begin.exportWh, sameTypeDay.exportWh),
            volume: null,
            quality: 'estimated',
        };
    }
    return { importWh: begin.importWh, exportWh: begin.exportWh, volume: null, quality: 'missing' };
}

/** The readings that tell how much a point exchanges in a slot of its days: from this many slots before the last one. */
export const sameTypeReach = (slotsPerDay: number): number => DAYS_OF_WEEK * slotsPerDay + 1;

/**
 * Registers at the end of a slot after the last reading of all, as a reconciliation run knows them: from slot to slot by
 * the same slots of earlier days, which is what initial runs have come to one after the other.
 * @param readings registers of the last reading and of those before it, by slot, as far back as `sameTypeReach`
 */
export function estimateAfter(
    last: RegistersAt,
    readings: ReadonlyMap<SlotIndex, Registers>,
    slot: SlotIndex,
    slotsPerDay: number,
): RegisterState {
    // Later, no day of the same type is measured any more.
    const lastKnown = Math.min(slot, last.slot + DAYS_OF_WEEK * slotsPerDay);
    const { importWh, exportWh } = last;
    let state: RegisterState = { importWh, exportWh, volume: null, quality: 'missing' };
    for (let each = last.slot + 1; each <= lastKnown; each += 1) {
        const sameTypeDay = measuredIn(readings, sameTypeSlots(each, slotsPerDay));
        state = estimateRegisters({ slot: each, begin: state, last: null, next: null, sameTypeDay });
    }
    return slot === lastKnown ? state : { ...state, quality: 'missing' };
}

/** Energy of the first of the slots that is read at both its ends. */
export function measuredIn(
    readings: ReadonlyMap<SlotIndex, Registers>,
    candidates: readonly SlotIndex[],
): Registers | null {
    for (const candidate of candidates) {
        const [before, after] = [readings.get(candidate - 1), readings.get(candidate)];
        if (before !== undefined && after !== undefined) {
            const importWh = minus(after.importWh, before.importWh);
            const exportWh = minus(after.exportWh, before.exportWh);
            assert(importWh >= 0n && exportWh >= 0n, 'registers do not run backwards');
            return { importWh, exportWh };
        }
    }
    return null;
}

/**
 * The same slot of earlier days of the same type, the nearest first: of the day before when both are working days or
 * both lie in a weekend, and of seven days before. Days are cut by slot numbers, so that no calendar decides money.
 */
export function sameTypeSlots(slot: SlotIndex, slotsPerDay: number): SlotIndex[] {
    const isWeekend = (of: SlotIndex): boolean =>
        (wholeParts(of, slotsPerDay) + FIRST_DAY_OF_WEEK) % DAYS_OF_WEEK >= SATURDAY;
    const dayBefore = slot - slotsPerDay;
    const weekBefore = slot - DAYS_OF_WEEK * slotsPerDay;
    const candidates = isWeekend(dayBefore) === isWeekend(slot) ? [dayBefore, weekBefore] : [weekBefore];
    return candidates.filter((candidate) => candidate > 0);
}

/** From the best known energy to the least. */
const BY_KNOWLEDGE: readonly Quality[] = ['scheduled', 'measured', 'replaced', 'estimated', 'missing'];

/** Quality of energy that is known by two others. */
export const worseQuality = (left: Quality, right: Quality): Quality =>
    BY_KNOWLEDGE.indexOf(left) < BY_KNOWLEDGE.indexOf(right) ? right : left;

/** Quality of the energy between two states of the registers. */
export function qualityBetween(before: RegisterState, after: RegisterState): Quality {
    if (after.quality === 'missing') {
        return 'missing';
    }
    const isKnown = [before.quality, after.quality].every((each) => each === 'measured' || each === 'replaced');
    return isKnown ? worseQuality(before.quality, after.quality) : 'estimated';
}
