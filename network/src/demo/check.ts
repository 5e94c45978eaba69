/** One promise of the market, put to the test on the running network. */
export type Check = Readonly<{
    name: string;
    expected: string;
    /** What the peers answered. */
    observed: string;
    /** Block in which it can be read; `null` where the transaction was refused before it could be in one. */
    block: number | null;
}>;

/** Something that happened, and where it can be read. */
export type Happening = Readonly<{ block: number | null; what: string }>;

/** The record of a demo run. */
export class Journal {
    readonly checks: Check[] = [];
    readonly happenings: Happening[] = [];
    readonly #onLine: (line: string) => void;

    constructor(onLine: (line: string) => void) {
        this.#onLine = onLine;
    }

    heading(text: string): void {
        this.#onLine(`\n${text}`);
    }

    happened(what: string, block: number | null): void {
        this.happenings.push({ block, what });
        this.#onLine(`  ${(block === null ? '' : `#${block}`).padEnd(9)} ${what}`);
    }

    /** The same happened to many; it is said once, with the blocks from the first to the last. */
    happenedToMany(what: string, blocks: readonly (number | null)[]): void {
        const known = blocks.filter((block) => block !== null);
        this.happenings.push(...known.map((block) => ({ block, what })));
        const [first, last] = [Math.min(...known), Math.max(...known)];
        const range = first === last ? `#${first}` : `#${first}–${last}`;
        this.#onLine(`  ${(known.length === 0 ? '' : range).padEnd(9)} ${what}`);
    }

    check(check: Check): void {
        this.checks.push(check);
        const kept = check.expected === check.observed;
        this.#onLine(`  ${(kept ? 'ok' : 'FAILED').padEnd(9)} ${check.name}: ${check.observed}`);
        if (!kept) {
            this.#onLine(`            expected: ${check.expected}`);
        }
    }

    /** Checks whose observation is not what was promised. */
    get broken(): Check[] {
        return this.checks.filter((check) => check.expected !== check.observed);
    }
}

/** Runs what must be refused and returns the code of the refusal, or what happened instead. */
export async function refusalOf(attempt: () => Promise<unknown>): Promise<string> {
    try {
        await attempt();
        return 'accepted';
    } catch (error) {
        return (error as { code?: string }).code ?? String(error);
    }
}
