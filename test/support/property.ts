import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/**
 * Seed of every property of this run: the same each time, so that a change is judged by its own failures; another one
 * to repeat what it found; or `random` for a new one.
 */
const stated = process.env['COMMONWATT_SEED'] ?? '20160720';
export const SEED = stated === 'random' ? randomInt(2 ** 31) : Number(stated);

/** How many times the usual cases are tried: 1, more in long runs. */
export const EFFORT = Number(process.env['COMMONWATT_EFFORT'] ?? 1);

/** Time (Date.now) at which a long run ends: properties are cut short, and say how often they held. */
export const UNTIL_MS = Number(process.env['COMMONWATT_UNTIL_MS'] ?? Infinity);
/** A property is tried, however late it is. */
const LEAST_MS = 1_000;

/** How much a property may cost; the time bounds the whole property, shrinking included. */
export type Effort = Readonly<{ runs: number; seconds: number }>;

/**
 * Checks a property and says how often it held, in which time and from which seed. `COMMONWATT_SEED` says the seed,
 * `COMMONWATT_EFFORT` how many times the usual cases.
 * Examples are tried first. A property that the time cuts short has held so far; one that never ran has failed.
 */
export async function holds<Values extends [unknown, ...unknown[]]>(
    property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
    { runs, seconds }: Effort,
    examples: Values[] = [],
): Promise<void> {
    const startedMs = performance.now();
    const details = await fc.check(property as fc.IAsyncProperty<Values>, {
        seed: SEED,
        numRuns: runs * EFFORT,
        examples,
        interruptAfterTimeLimit: Math.max(LEAST_MS, Math.min(seconds * EFFORT * 1_000, UNTIL_MS - Date.now())),
    });
    const tookMs = Math.round(performance.now() - startedMs);
    const meant = details.interrupted ? ` of ${runs * EFFORT}` : '';
    process.stdout.write(`      held ${details.numRuns}${meant} times in ${tookMs} ms, COMMONWATT_SEED=${SEED}\n`);
    if (details.failed) {
        throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    }
    if (details.numRuns === 0) {
        throw new Error('the property was never tried');
    }
}
