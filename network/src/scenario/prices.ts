import { join } from 'node:path';
import { readIfPresent } from '../files.js';
import { parseDecimal, times, wholePart } from './decimal.js';
import type { Scenario } from './scenario.js';
import { ScenarioError } from './scenario-error.js';
import { slotBeginningAt } from './slot.js';

/** 1 currency/MWh = 1000 µ/kWh. */
const MICRO_PER_KWH = 1_000n;
const HOUR_SLOTS = 4;

/**
 * Wholesale price of each of the given slots in millionths of the currency per kWh, rounded down: the price of the
 * hour that the slot lies in.
 * @throws ScenarioError fileMissing · slotInvalid · valueInvalid · priceMissing
 */
export async function wholesalePricesOf(scenario: Scenario, slots: readonly number[]): Promise<bigint[]> {
    const file = join(scenario.directory, 'prices', `calliope_export_${scenario.week}.csv`);
    const text = await readIfPresent(file);
    const remedy = 'Compare the file with test-network-config/scenario/README.md.';
    if (text === undefined) {
        throw new ScenarioError('fileMissing', { file }, 'there is no such file', remedy);
    }
    const prices = new Map<number, bigint>();
    for (const [index, row] of text.trimEnd().split(/\r?\n/).slice(1).entries()) {
        const place = { file, line: index + 2 };
        const [time = '', cell = ''] = row.split(',');
        const slot = slotBeginningAt(time);
        if (slot === undefined) {
            throw new ScenarioError('slotInvalid', place, `"${time}" does not begin an hour`, remedy);
        }
        const price = parseDecimal(cell);
        if (price === undefined || price.coefficient < 0n) {
            throw new ScenarioError('valueInvalid', place, `"${cell}" is not a price`, remedy);
        }
        prices.set(slot, wholePart(times(price, MICRO_PER_KWH)));
    }
    return slots.map((slot) => {
        const price = prices.get(slot - (slot % HOUR_SLOTS));
        if (price === undefined) {
            throw new ScenarioError('priceMissing', { file }, `there is no price for slot ${String(slot)}`, remedy);
        }
        return price;
    });
}
