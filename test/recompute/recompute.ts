import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Posting } from './book.js';
import { Market } from './market.js';
import { Meters } from './meters.js';
import { Registers } from './registers.js';
import { type Statement, whole } from './statement.js';

/**
 * A second settlement, written from chaincode/docs/settlement.md alone: this folder imports nothing but Node, so that
 * a mistake in the market's own code cannot hide in it.
 */
export type Difference = Readonly<{
    problem: 'missing posting' | 'unexpected posting' | 'other amount' | 'other sum';
    subject: string;
    recomputed: string | null;
    stated: string | null;
}>;

/** Recomputes every posting from the CSV files and the signed terms; no difference means equal to the last nano. */
export function recompute(demoJson: unknown, scenarioDir: string): Difference[] {
    const statement = demoJson as Statement;
    return recomputeFrom(statement, new Meters(scenarioDir, statement.scenario.week, statement.scenario.slots));
}

/** The same, whoever tells what the meters showed. */
export function recomputeFrom(statement: Statement, meters: Pick<Meters, 'state'>): Difference[] {
    const market = new Market(statement, new Registers(meters, statement.gaps, statement.calorificValues));
    market.run();
    const { postings } = market.book;
    const settled = { ...statement, postings: withoutReservations(statement) };
    return [...comparePostings(postings, settled), ...compareSums(postings, statement)];
}

/**
 * What is not in force is not settled: all that it moves is a reservation, which it holds or has given back. Postings of an
 * agreement for which that is not true stay, and are found.
 */
function withoutReservations({ agreements, postings }: Statement): Statement['postings'] {
    const unfunded = new Set(agreements.filter(({ funded }) => !funded).map(({ id }) => id));
    const isReservation = (id: string): boolean => {
        const held = new Map<string, bigint>();
        const own = postings.filter(({ agreementId }) => agreementId === id);
        for (const { account, amountNano } of own) {
            const party = account.slice(account.lastIndexOf('/') + 1);
            held.set(party, (held.get(party) ?? 0n) + whole(amountNano));
        }
        // What left a party's account is in its escrow, or came back.
        const isItsOwn = [...held.values()].every((nano) => nano === 0n);
        return isItsOwn && own.every(({ kind }) => kind === 'fund' || kind === 'release');
    };
    const reserved = new Set([...unfunded].filter(isReservation));
    return postings.filter(({ agreementId }) => agreementId === null || !reserved.has(agreementId));
}

/** Postings are compared as multisets under what they are for; their order says nothing. */
function comparePostings(postings: Posting[], statement: Statement): Difference[] {
    const recomputed = amountsBySubject(postings);
    const stated = amountsBySubject(statement.postings);
    const differences: Difference[] = [];
    for (const subject of new Set([...recomputed.keys(), ...stated.keys()])) {
        const missing = without(recomputed.get(subject) ?? [], stated.get(subject) ?? []);
        const unexpected = without(stated.get(subject) ?? [], recomputed.get(subject) ?? []);
        for (let index = 0; index < Math.max(missing.length, unexpected.length); index += 1) {
            differences.push(difference(subject, missing[index] ?? null, unexpected[index] ?? null));
        }
    }
    return differences;
}

function difference(subject: string, recomputed: string | null, stated: string | null): Difference {
    if (stated === null) {
        return { problem: 'missing posting', subject, recomputed, stated };
    }
    return { problem: recomputed === null ? 'unexpected posting' : 'other amount', subject, recomputed, stated };
}

type WrittenPosting = Statement['postings'][number] | Posting;

function amountsBySubject(postings: readonly WrittenPosting[]): Map<string, string[]> {
    const amounts = new Map<string, string[]>();
    for (const { kind, account, agreementId, slot, amountNano } of postings) {
        const agreement = agreementId === null ? '' : ` under ${agreementId}`;
        const subject = `${kind} on ${account}${agreement}${slot === null ? '' : ` in slot ${String(slot)}`}`;
        amounts.set(subject, [...(amounts.get(subject) ?? []), String(amountNano)]);
    }
    return amounts;
}

/** Elements of a multiset that another one does not have. */
function without(amounts: readonly string[], others: readonly string[]): string[] {
    const unmatched = [...others];
    return amounts.filter((amount) => {
        const position = unmatched.indexOf(amount);
        if (position === -1) {
            return true;
        }
        unmatched.splice(position, 1);
        return false;
    });
}

function compareSums(postings: Posting[], statement: Statement): Difference[] {
    const sums = new Map<string, bigint>();
    for (const kind of Object.keys(statement.sums.byKind)) {
        sums.set(`sum of ${kind}`, 0n);
    }
    for (const { kind, amountNano } of postings) {
        sums.set(`sum of ${kind}`, (sums.get(`sum of ${kind}`) ?? 0n) + amountNano);
    }
    sums.set(
        'sum of all postings',
        postings.reduce((sum, { amountNano }) => sum + amountNano, 0n),
    );
    const stated = new Map(Object.entries(statement.sums.byKind).map(([kind, sum]) => [`sum of ${kind}`, sum]));
    stated.set('sum of all postings', statement.sums.total);
    return [...sums].flatMap(([subject, sum]) => {
        const claim = stated.get(subject) ?? null;
        const equal = claim !== null && whole(claim) === sum;
        return equal ? [] : [{ problem: 'other sum' as const, subject, recomputed: String(sum), stated: claim }];
    });
}

function main(): void {
    const ownScenario = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));
    const { positionals, values } = parseArgs({
        allowPositionals: true,
        options: { scenario: { type: 'string', default: ownScenario } },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) {
        throw new Error('usage: recompute.js demo.json [--scenario DIR]');
    }
    const demoJson = JSON.parse(readFileSync(file, 'utf8')) as Statement;
    const differences = recompute(demoJson, values.scenario);
    for (const { problem, subject, recomputed, stated } of differences) {
        process.stdout.write(`${problem}: ${subject}: recomputed ${recomputed ?? '-'}, stated ${stated ?? '-'}\n`);
    }
    const compared = `${String(demoJson.postings.length)} postings of ${String(demoJson.agreements.length)} agreements`;
    process.stdout.write(`${compared} recomputed from the CSV files: ${String(differences.length)} differences\n`);
    process.exitCode = differences.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
    try {
        main();
    } catch (error) {
        process.stderr.write(`recompute: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    }
}
