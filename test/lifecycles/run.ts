import fc from 'fast-check';
import { Lifecycle } from './lifecycle.js';
import { plan } from './plan.js';
import type { Sent } from './player.js';
import { Tally } from './tally.js';
import { worlds } from './world.js';

/** How long a failing case is made smaller. */
const SHRINK_MS_MAX = 20_000;

/** What to play: `path` leads from a seed straight to a case that failed. */
export type Order = Readonly<{ seed: number; count: number; path?: string | undefined }>;
export type Outcome = Readonly<{ tally: Tally; failure: Failure | null }>;

/** A lifecycle that broke a rule, made as small as it goes, with what changed the market on the way. */
export type Failure = Readonly<{ message: string; seed: number; path: string; sent: readonly Sent[] }>;

export async function play(order: Order): Promise<Outcome> {
    const tally = new Tally();
    const built = await worlds();
    let brokenAtMs: number | null = null;
    let smallest: readonly Sent[] = [];
    const property = fc.asyncProperty(plan, async (drawn) => {
        if (brokenAtMs !== null && performance.now() - brokenAtMs > SHRINK_MS_MAX) {
            return; // what is left to try counts as held: the smallest case so far is what is told
        }
        const counted = brokenAtMs === null ? tally : new Tally();
        counted.lifecycles += 1;
        const life = new Lifecycle(built, drawn, counted);
        try {
            await life.play();
        } catch (error) {
            brokenAtMs ??= performance.now();
            smallest = life.player.sent;
            throw error;
        }
    });
    const { seed, count: numRuns, path } = order;
    const details = await fc.check(property, {
        seed,
        numRuns,
        ...(path === undefined ? {} : { path, endOnFailure: true }),
    });
    if (!details.failed) {
        return { tally, failure: null };
    }
    const error = details.errorInstance;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { tally, failure: { message, seed, path: details.counterexamplePath ?? '', sent: smallest } };
}
