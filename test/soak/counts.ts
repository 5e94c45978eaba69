/** How often something was tried, and how often in its full size; where time or luck decides, they are the same. */
export type Count = Readonly<{ tried: number; planned: number }>;

/** By name, in the order in which they were first counted. */
export type Counts = Readonly<Record<string, Count>>;

/** Sums what a part tries. */
export class Counter {
    readonly #counts = new Map<string, Count>();

    add(what: string, tried: number, planned = tried): void {
        const before = this.#counts.get(what) ?? { tried: 0, planned: 0 };
        this.#counts.set(what, { tried: before.tried + tried, planned: before.planned + planned });
    }

    get counts(): Counts {
        return Object.fromEntries(this.#counts);
    }
}

/** `200 agreements`, `71200 of 100000 cases`. */
export const countTold = (what: string, { tried, planned }: Count): string =>
    tried < planned ? `${tried} of ${planned} ${what}` : `${tried} ${what}`;

/** Whether the time was over before everything was tried. */
export const isShort = (counts: Counts): boolean => Object.values(counts).some(({ tried, planned }) => tried < planned);
