import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until there is an answer; undefined when the time is up. */
export async function poll<T>(
    question: () => Promise<T | undefined> | T | undefined,
    limits: Readonly<{ timeoutMs: number; intervalMs: number }>,
): Promise<T | undefined> {
    const deadlineMs = performance.now() + limits.timeoutMs;
    for (;;) {
        const answer = await question();
        if (answer !== undefined) {
            return answer;
        }
        if (performance.now() >= deadlineMs) {
            return undefined;
        }
        await sleep(limits.intervalMs);
    }
}
