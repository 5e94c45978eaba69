/**
 * Splits a total over weights by largest remainder: the earlier of equal remainders is rounded up first. A total above
 * the sum of the weights is split all the same.
 */
export function share(total: bigint, weights: bigint[]): bigint[] {
    const all = weights.reduce((sum, weight) => sum + weight, 0n);
    if (all === 0n || total <= 0n) {
        return weights.map(() => 0n);
    }
    const parts = weights.map((weight) => (total * weight) / all);
    let left = parts.reduce((rest, part) => rest - part, total);
    const waiting = new Set(weights.keys());
    while (left > 0n) {
        let next: number | undefined;
        for (const index of waiting) {
            const larger = next === undefined || remainder(index) > remainder(next);
            next = larger ? index : next;
        }
        if (next === undefined) {
            throw new Error('no weight is left to round up');
        }
        parts[next] = (parts[next] ?? 0n) + 1n;
        waiting.delete(next);
        left -= 1n;
    }
    return parts;

    function remainder(index: number): bigint {
        return (total * (weights[index] ?? 0n)) % all;
    }
}

export const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
export const most = (left: bigint, right: bigint): bigint => (left > right ? left : right);
export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
