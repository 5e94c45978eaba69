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
        this.#onLine(`  ${block === null ? '       ' : `#${String(block).padEnd(6)}`} ${what}`);
    }

    check(check: Check): void {
        this.checks.push(check);
        const kept = check.expected === check.observed;
        this.#onLine(`  ${kept ? 'ok     ' : 'FAILED '} ${check.name}: ${check.observed}`);
        if (!kept) {
            this.#onLine(`          expected: ${check.expected}`);
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
