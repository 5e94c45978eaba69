/** What a part came to: how often what was tried, by name. */
export type Counts = Readonly<Record<string, number>>;

export type SoakOptions = Readonly<{
    /** Where random draws begin. */
    seed: number;
    /** Time (Date.now) at which the part shall be over; it tries less rather than to go on much longer. */
    untilMs: number;
    /** Tells a line of progress. */
    say: (line: string) => void;
}>;

/** One of the long forms of the tests. It throws when a promise is broken. */
export type SoakPart = Readonly<{ name: string; run: (options: SoakOptions) => Promise<Counts> }>;
