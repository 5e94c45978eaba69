import type { Counter, Counts } from './counts.js';

export type SoakOptions = Readonly<{
    /** Where random draws begin. */
    seed: number;
    /** Time (Date.now) at which the part shall be over; it tries less rather than to go on much longer. */
    untilMs: number;
    /** Counts what is tried. */
    counter: Counter;
    /** Tells a line of progress. */
    say: (line: string) => void;
}>;

/** One of the long forms of the tests. It throws when a promise is broken. */
export type SoakPart = Readonly<{
    name: string;
    /** Its share of the time, in relation to the others': about the minutes that its full size takes on two cores. */
    share: number;
    run: (options: SoakOptions) => Promise<void>;
}>;

/** What a part came to; `broken` says which promise was not kept. */
export type Played = Readonly<{ name: string; seconds: number; counts: Counts; broken: string | null }>;
