import type { Carrier } from './charter.js';
import type { Counted, MeteringPoint, Registers } from './meter.js';
import { minus, plus, proportionFloor, type SlotIndex, wholeParts } from './units.js';

/** How the energy of a point in a slot is known; `scheduled` points have no meter. */
export const QUALITIES = ['measured', 'estimated', 'missing', 'scheduled'] as const;
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
        if (after === null || after.quality === 'measured') {
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
const BY_KNOWLEDGE: readonly Quality[] = ['scheduled', 'measured', 'estimated', 'missing'];

/** Quality of energy that is known by two others. */
export const worseQuality = (left: Quality, right: Quality): Quality =>
    BY_KNOWLEDGE.indexOf(left) < BY_KNOWLEDGE.indexOf(right) ? right : left;

/** Quality of the energy between two states of the registers. */
export function qualityBetween(before: RegisterState, after: RegisterState): Quality {
    if (after.quality === 'missing') {
        return 'missing';
    }
    return before.quality === 'measured' && after.quality === 'measured' ? 'measured' : 'estimated';
}
