import type { Scenario } from './scenario.js';
import { ScenarioError } from './scenario-error.js';
import { dateOfSlot, firstSlotOfDay } from './slot.js';

/** A slot by its place in the day (from 0 at midnight by the wall clock) and by its absolute index. */
export type DaySlot = Readonly<{ slot: number; offset: number }>;

export type ScenarioDay = Readonly<{ date: string; slots: readonly DaySlot[] }>;

/**
 * The slots of a day by the wall clock that lies wholly inside the week: 96 of them, 92 or 100 when the clock changes.
 * @throws ScenarioError dateInvalid · dayOutsideWeek, naming the dates that are available
 */
export function dayOf(scenario: Scenario, date: string): ScenarioDay {
    const dates = datesOf(scenario);
    const remedy = `Name one of ${dates.join(', ')}.`;
    const place = { file: scenario.loads.file };
    if (firstSlotOfDay(date) === undefined) {
        throw new ScenarioError('dateInvalid', place, `"${date}" is not a date (YYYY-MM-DD)`, remedy);
    }
    if (!dates.includes(date)) {
        throw new ScenarioError(
            'dayOutsideWeek',
            place,
            `the day ${date} is not wholly inside the week "${scenario.week}"`,
            remedy,
        );
    }
    const slots = slotsOf(scenario).filter((slot) => dateOfSlot(slot) === date);
    return { date, slots: slots.map((slot, offset) => ({ slot, offset })) };
}

/** Days by the wall clock that lie wholly inside the week. */
export function datesOf(scenario: Scenario): readonly string[] {
    const dates = [...new Set(slotsOf(scenario).map(dateOfSlot))];
    const endSlot = scenario.firstSlot + scenario.slotCount;
    return dates.filter((date, index) => {
        const begin = firstSlotOfDay(date);
        const isWhole = index < dates.length - 1 || dateOfSlot(endSlot) !== date;
        return begin !== undefined && begin >= scenario.firstSlot && isWhole;
    });
}

const slotsOf = ({ firstSlot, slotCount }: Scenario): number[] =>
    Array.from({ length: slotCount }, (_, index) => firstSlot + index);
