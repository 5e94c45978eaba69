import type { AgreementState } from '@commonwatt/chaincode/domain/lifecycle';

type Count = { done: number; nothing: number; refused: Map<string, number> };

/** What the lifecycles reached, over all of a run: a generator that never funds anything proves nothing. */
export class Tally {
    readonly #verbs = new Map<string, Count>();
    readonly #facts = new Map<string, number>();
    lifecycles = 0;
    transactions = 0;

    done(verb: string, changed: boolean): void {
        const count = this.#of(verb);
        count[changed ? 'done' : 'nothing'] += 1;
    }

    refused(verb: string, code: string): void {
        const { refused } = this.#of(verb);
        refused.set(code, (refused.get(code) ?? 0) + 1);
    }

    /** Something that happened, such as an agreement that came to its end. */
    saw(fact: string, times = 1): void {
        this.#facts.set(fact, (this.#facts.get(fact) ?? 0) + times);
    }

    ended(state: AgreementState): void {
        this.saw(`agreements ${state}`);
    }

    times(fact: string): number {
        return this.#facts.get(fact) ?? 0;
    }

    succeeded(verb: string): number {
        return this.#verbs.get(verb)?.done ?? 0;
    }

    /** As plain data, for a parent process. */
    toJson(): TallyJson {
        return {
            lifecycles: this.lifecycles,
            transactions: this.transactions,
            facts: [...this.#facts],
            verbs: [...this.#verbs].map(([verb, { done, nothing, refused }]) => [verb, done, nothing, [...refused]]),
        };
    }

    add({ lifecycles, transactions, facts, verbs }: TallyJson): void {
        this.lifecycles += lifecycles;
        this.transactions += transactions;
        for (const [fact, times] of facts) {
            this.saw(fact, times);
        }
        for (const [verb, done, nothing, refused] of verbs) {
            const count = this.#of(verb);
            count.done += done;
            count.nothing += nothing;
            for (const [code, times] of refused) {
                count.refused.set(code, (count.refused.get(code) ?? 0) + times);
            }
        }
    }

    lines(): string[] {
        const facts = [...this.#facts].sort(byName).map(([fact, times]) => `  ${String(times).padStart(8)} ${fact}`);
        const verbs = [...this.#verbs].sort(byName).map(([verb, { done, nothing, refused }]) => {
            const codes = [...refused].sort((left, right) => right[1] - left[1]).map(([code, n]) => `${code} ${n}`);
            const refusals = codes.length === 0 ? '' : `, refused: ${codes.join(', ')}`;
            return `  ${verb}: ${done} done, ${nothing} changed nothing${refusals}`;
        });
        return ['moves', ...verbs, 'reached', ...facts];
    }

    #of(verb: string): Count {
        const count = this.#verbs.get(verb) ?? { done: 0, nothing: 0, refused: new Map<string, number>() };
        this.#verbs.set(verb, count);
        return count;
    }
}

export type TallyJson = Readonly<{
    lifecycles: number;
    transactions: number;
    facts: readonly (readonly [string, number])[];
    verbs: readonly (readonly [string, number, number, readonly (readonly [string, number])[]])[];
}>;

const byName = (left: readonly [string, unknown], right: readonly [string, unknown]): number =>
    left[0] < right[0] ? -1 : 1;
