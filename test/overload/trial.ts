import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.js';
import type { FollowerAnswer, FollowerQuestion, Outcome, Span, Task } from './tasks.js';

/** Calls in flight, over all client processes, of which the best is the capacity. */
const IN_FLIGHT = [16, 32, 64, 128] as const;
const OVERLOAD_FACTOR = 4;
/** The limit of each client has to find its measure before the rounds count. */
const WARM_UP_MS = 10_000;
const PATIENT_MS = 120_000;
/** Blocks that were cut before a span's end may arrive this much later. */
const LAST_BLOCK_MS = 5_000;

export type Lengths = Readonly<{ roundMs: number; overloadMs: number; afterMs: number; withinMs: number }>;

export type Result = Readonly<{
    /** The best rate of deposits carried out with 16, 32, 64 and 128 calls in flight. */
    capacityPerS: number;
    /** Each of them: calls in flight and rate. */
    rounds: readonly Readonly<{ inFlight: number; perS: number }>[];
    /** Calls begun each second of the overload. */
    offeredPerS: number;
    /** Rate of deposits carried out during the overload, and in the time right after it. */
    goodputUnderLoad: number;
    goodputAfter: number;
    /** Calls that were answered with a failure before their deadline; each with its code. */
    failedBeforeDeadline: number;
    earlyCodes: Readonly<Record<string, number>>;
    /** Calls whose time was over before their turn came. */
    failedAtDeadline: number;
    /** Acknowledged, but in no block. */
    lost: number;
    /** Carried out more than once. */
    doubled: number;
}>;

type Clients = readonly Child<Task, Outcome>[];
type Follower = Child<FollowerQuestion, FollowerAnswer>;

/** Loads a network from several processes, first as much as it carries, then far more. */
export async function playOverload(
    clients: Clients,
    follower: Follower,
    lengths: Lengths,
    say: (line: string) => void,
): Promise<Result> {
    const acknowledged: string[] = [];
    const warmUp = await inRound(clients, 'warm', 64, WARM_UP_MS);
    acknowledged.push(...warmUp.flatMap((outcome) => outcome.acknowledged));
    const rounds: { inFlight: number; perS: number }[] = [];
    for (const inFlight of IN_FLIGHT) {
        const fromMs = Date.now();
        const outcomes = await inRound(clients, `round${String(inFlight)}`, inFlight, lengths.roundMs);
        acknowledged.push(...outcomes.flatMap((outcome) => outcome.acknowledged));
        const perS = await rateIn(follower, { fromMs, untilMs: fromMs + lengths.roundMs });
        rounds.push({ inFlight, perS });
        say(`${String(inFlight)} calls in flight: ${perS.toFixed(1)} deposits a second`);
    }
    const capacityPerS = Math.max(...rounds.map(({ perS }) => perS));
    const offeredPerS = capacityPerS * OVERLOAD_FACTOR;
    say(`Overload: ${offeredPerS.toFixed(0)} calls a second for ${String(lengths.overloadMs / 1_000)} s`);
    const fromMs = Date.now();
    const outcomes = await Promise.all(
        clients.map((client, index) =>
            client.ask({
                kind: 'open',
                name: `over${String(index)}`,
                perS: offeredPerS / clients.length,
                lastsMs: lengths.overloadMs,
                withinMs: lengths.withinMs,
            }),
        ),
    );
    acknowledged.push(...outcomes.flatMap((outcome) => outcome.acknowledged));
    await pause(LAST_BLOCK_MS);
    const untilMs = fromMs + lengths.overloadMs;
    const [goodputUnderLoad, goodputAfter] = [
        await rateIn(follower, { fromMs, untilMs }),
        await rateIn(follower, { fromMs: untilMs, untilMs: untilMs + lengths.afterMs }),
    ];
    const failures = outcomes.flatMap((outcome) => outcome.failures);
    const early = failures.filter(({ isEarly }) => isEarly);
    const { missing, doubled } = await follower.ask({ spans: [], paymentIds: acknowledged });
    return {
        capacityPerS,
        rounds,
        offeredPerS,
        goodputUnderLoad,
        goodputAfter,
        failedBeforeDeadline: early.length,
        earlyCodes: countsOf(early.map(({ code }) => code)),
        failedAtDeadline: failures.length - early.length,
        lost: missing.length,
        doubled: doubled.length,
    };
}

async function inRound(clients: Clients, name: string, inFlight: number, lastsMs: number): Promise<Outcome[]> {
    const share = inFlight / clients.length;
    return await Promise.all(
        clients.map((client, index) =>
            client.ask({
                kind: 'closed',
                name: `${name}-${String(index)}`,
                inFlight: share,
                lastsMs,
                withinMs: PATIENT_MS,
            }),
        ),
    );
}

async function rateIn(follower: Follower, span: Span): Promise<number> {
    const { counts } = await follower.ask({ spans: [span], paymentIds: [] });
    return ((counts[0] ?? 0) * 1_000) / (span.untilMs - span.fromMs);
}

function countsOf(codes: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const code of codes) {
        counts[code] = (counts[code] ?? 0) + 1;
    }
    return counts;
}
