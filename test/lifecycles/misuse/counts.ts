import { LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import type { Outcome } from './scene.js';

type Count = { done: number; nothing: number; refused: number };

/** In which phase of a trade a verb comes first. */
function phaseOf(chaincode: string, verb: string): string {
    const [noun, step] = verb.split(':');
    const row = LIFECYCLE.find(
        (each) =>
            each.noun === noun && each.verb === step && (each.chaincode === 'both' || each.chaincode === chaincode),
    );
    return row?.phase ?? 'none';
}

/** How often each role misused what, and what became of it: misuse that is never accepted proves little. */
export class Counts {
    readonly #by = new Map<string, Map<string, Count>>();
    readonly #verbs = new Map<string, Count>();
    readonly #actors = new Map<string, number>();

    add(role: string, actor: string, [chaincode, verb]: readonly [string, string], { end }: Outcome): void {
        const row = this.#by.get(role) ?? new Map<string, Count>();
        this.#by.set(role, row);
        countIn(row, phaseOf(chaincode, verb), end);
        countIn(this.#verbs, `${chaincode} ${verb}`, end);
        this.#actors.set(actor, (this.#actors.get(actor) ?? 0) + 1);
    }

    get attempts(): number {
        return [...this.#actors.values()].reduce((sum, each) => sum + each, 0);
    }

    /** Fewest misuses by any role, by anybody and of any verb. */
    get least(): Readonly<{ role: number; actor: number; verb: number }> {
        const ofRole = (row: ReadonlyMap<string, Count>): number =>
            [...row.values()].reduce((sum, count) => sum + attemptsOf(count), 0);
        return {
            role: Math.min(...[...this.#by.values()].map(ofRole)),
            actor: Math.min(...this.#actors.values()),
            verb: Math.min(...[...this.#verbs.values()].map(attemptsOf)),
        };
    }

    /** Verbs of which nothing was ever done. */
    get neverDone(): string[] {
        return [...this.#verbs].flatMap(([verb, { done }]) => (done === 0 ? [verb] : [])).sort();
    }

    lines(): string[] {
        const phases = [...new Set([...this.#by.values()].flatMap((row) => [...row.keys()]))];
        const cells = (row: ReadonlyMap<string, Count>): string[] => phases.map((phase) => told(row.get(phase)));
        const table = [['', ...phases], ...[...this.#by].map(([role, row]) => [role, ...cells(row)])];
        const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
        return table.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
    }

    /** What each verb came to, for whoever looks for what is never tried in earnest. */
    verbs(): string[] {
        return [...this.#verbs].map(([verb, count]) => `${verb}: ${told(count)}`).sort();
    }
}

function countIn(counts: Map<string, Count>, what: string, end: Outcome['end']): void {
    const count = counts.get(what) ?? { done: 0, nothing: 0, refused: 0 };
    counts.set(what, count);
    count[end] += 1;
}

const attemptsOf = ({ done, nothing, refused }: Count): number => done + nothing + refused;
/** Accepted of attempted. */
const told = (count: Count | undefined): string =>
    count === undefined ? '–' : `${count.done + count.nothing}/${attemptsOf(count)}`;
