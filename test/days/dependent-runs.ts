import type { DemoJson } from '../support/kept-demo.js';

const CARRIERS = ['gas', 'electricity', 'heat', 'cooling', 'mobility'];

/** Runs of a slot of which each waits for the one before it, because an agreement delivers on both their carriers. */
export function longestChain(agreements: DemoJson['agreements']): number {
    const together = agreements.map(({ legs }) => new Set(legs.map(({ carrier }) => carrier)));
    const chains = new Map<string, number>();
    for (const carrier of CARRIERS) {
        const waited = [...chains].filter(([earlier]) =>
            together.some((legs) => legs.has(earlier) && legs.has(carrier)),
        );
        chains.set(carrier, 1 + Math.max(0, ...waited.map(([, length]) => length)));
    }
    return Math.max(...chains.values());
}
