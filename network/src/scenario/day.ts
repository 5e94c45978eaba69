import type { Scenario } from './scenario.js';
import { ScenarioError } from './scenario-error.js';
import { dateOfSlot, DAY_SLOTS, firstSlotOfDay } from './slot.js';

/** A slot by its place in the day (0 to 95, UTC) and by its absolute index. */
export type DaySlot = Readonly<{ slot: number; offset: number }>;

export type ScenarioDay = Readonly<{ date: string; slots: readonly DaySlot[] }>;

/**
 * The slots of a UTC day that lies wholly inside the week.
 * @throws ScenarioError dateInvalid · dayOutsideWeek, naming the dates that are available
 */
export function dayOf(scenario: Scenario, date: string): ScenarioDay {
    const firstSlot = firstSlotOfDay(date);
    const dates = datesOf(scenario);
    const remedy = `Name one of ${dates.join(', ')}.`;
    const place = { file: scenario.loads.file };
    if (firstSlot === undefined) {
        throw new ScenarioError('dateInvalid', place, `"${date}" is not a date (YYYY-MM-DD)`, remedy);
    }
    if (!dates.includes(date)) {
        throw new ScenarioError(
            'dayOutsideWeek',
            place,
            `the UTC day ${date} is not wholly inside the week "${scenario.week}"`,
            remedy,
        );
    }
    return { date, slots: Array.from({ length: DAY_SLOTS }, (_, offset) => ({ slot: firstSlot + offset, offset })) };
}

/** UTC days that lie wholly inside the week: its file begins at local midnight, so it holds parts of days as well. */
export function datesOf(scenario: Scenario): readonly string[] {
    const dates: string[] = [];
    const endSlot = scenario.firstSlot + scenario.slotCount;
    const firstDay = Math.ceil(scenario.firstSlot / DAY_SLOTS) * DAY_SLOTS;
    for (let daySlot = firstDay; daySlot + DAY_SLOTS <= endSlot; daySlot += DAY_SLOTS) {
        dates.push(dateOfSlot(daySlot));
    }
    return dates;
}
