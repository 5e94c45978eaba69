import fc from 'fast-check';
import { Lifecycle } from './lifecycle.js';
import { type Plan, plan } from './plan.js';
import { Tally } from './tally.js';
import { worlds } from './world.js';

/** What to play: `path` leads from a seed straight to a case that failed. */
export type Order = Readonly<{ seed: number; count: number; path?: string | undefined }>;
export type Outcome = Readonly<{ tally: Tally; failure: Failure | null }>;

/** A lifecycle that broke a rule, made as small as it goes. */
export type Failure = Readonly<{ message: string; plan: Plan; seed: number; path: string }>;

export async function play(order: Order): Promise<Outcome> {
    const tally = new Tally();
    const built = await worlds();
    const property = fc.asyncProperty(plan, async (drawn) => {
        tally.lifecycles += 1;
        await new Lifecycle(built, drawn, tally).play();
    });
    const { seed, count: numRuns, path } = order;
    const details = await fc.check(property, { seed, numRuns, ...(path === undefined ? {} : { path }) });
    if (!details.failed) {
        return { tally, failure: null };
    }
    const [drawn] = details.counterexample ?? [];
    if (drawn === undefined) {
        throw new Error(fc.defaultReportMessage(details));
    }
    const error = details.errorInstance;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { tally, failure: { message, plan: drawn, seed, path: details.counterexamplePath ?? '' } };
}
