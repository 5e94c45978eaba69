/** A lifecycle that did what no lifecycle may do. */
export class Broken extends Error {
    constructor(rule: string, facts: Readonly<Record<string, unknown>> = {}) {
        super(
            `${rule}: ${JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
        );
        this.name = 'Broken';
    }
}

export function must(holds: boolean, rule: string, facts: Readonly<Record<string, unknown>> = {}): asserts holds {
    if (!holds) {
        throw new Broken(rule, facts);
    }
}

export const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
export const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right);
export const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);
export const magnitude = (value: bigint): bigint => larger(value, -value);
