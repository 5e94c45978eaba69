/** Draws that a seed repeats, cheap enough for hundreds in each attempt. */
export class Draw {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    /** From 0 to below `below`. */
    nat(below: number): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    }

    /** Happens once in so many times. */
    once(inTimes: number): boolean {
        return this.nat(inTimes) === 0;
    }

    of<Value>(values: readonly Value[]): Value {
        const value = values[this.nat(values.length)];
        if (value === undefined) {
            throw new Error('there is nothing to choose from');
        }
        return value;
    }

    /** One of some values, or of others where there are none. */
    orElse<Value>(values: readonly Value[], others: readonly Value[]): Value {
        return this.of(values.length > 0 ? values : others);
    }

    hash(): string {
        return Array.from({ length: 8 }, () =>
            this.nat(2 ** 32)
                .toString(16)
                .padStart(8, '0'),
        ).join('');
    }
}
