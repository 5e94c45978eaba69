import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { requireBinaries } from '../support/network.js';
import { countTold, Counter, isShort } from './counts.js';
import { crashes } from './crashes.js';
import { model } from './model.js';
import type { Played, SoakPart } from './part.js';
import { longSpecs } from './specs.js';

/** In the order in which they are played; what one leaves of its time, the others get. Full sizes come first. */
const PARTS: readonly SoakPart[] = [
    longSpecs('coalitions', { specs: ['network/coalitions'], effort: 1, share: 1 }),
    longSpecs('signatures', { specs: ['contract/signatures'], effort: 1, share: 1 }),
    longSpecs('readings', { specs: ['property/reading'], effort: 100, share: 3 }),
    longSpecs('crowds', { specs: ['network/crowd'], effort: 10, share: 4 }),
    longSpecs('late', { specs: ['network/late'], effort: 5, share: 3 }),
    longSpecs('misuse', { specs: ['lifecycles/misuse'], effort: 50, share: 12 }),
    longSpecs('fuzz', { specs: ['demo/fuzz'], effort: 100, share: 10 }),
    crashes,
    model,
];

const MINUTES = 30;
const USAGE = `Plays the long forms of the tests, one after the other, and says how often what was tried.

  npm run test:soak -- [--seed N] [--minutes N] [--only PART]... [--json]

  --seed     where random draws begin (random, printed)
  --minutes  time for all parts (${MINUTES})
  --only     ${PARTS.map(({ name }) => name).join(', ')}; all of them unless named
  --json     progress goes to standard error, one JSON object to standard output
`;

async function play(part: SoakPart, seed: number, untilMs: number, say: (line: string) => void): Promise<Played> {
    const { name } = part;
    const startedMs = Date.now();
    const counter = new Counter();
    let broken: string | null = null;
    say(`[${name}]`);
    try {
        await part.run({
            seed,
            untilMs,
            counter,
            say: (line) => {
                say(`  ${line}`);
            },
        });
    } catch (error) {
        broken = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    return { name, seconds: Math.round((Date.now() - startedMs) / 1_000), counts: counter.counts, broken };
}

function lineOf({ name, seconds, counts, broken }: Played): string {
    const told = Object.entries(counts).map(([what, count]) => countTold(what, count));
    const fellShort = isShort(counts) ? ': LESS than its full size' : '';
    return `${name}: ${told.join(', ')} in ${seconds} s${fellShort}${broken === null ? '' : `: BROKEN\n${broken}`}`;
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            seed: { type: 'string', default: String(randomInt(2 ** 31)) },
            minutes: { type: 'string', default: String(MINUTES) },
            only: { type: 'string', multiple: true },
            json: { type: 'boolean', default: false },
            help: { type: 'boolean', default: false },
        },
    });
    if (values.help) {
        process.stdout.write(USAGE);
        return;
    }
    const [seed, minutes] = [natural('seed', values.seed), natural('minutes', values.minutes)];
    const parts = chosen(values.only);
    await requireBinaries();
    const say = (line: string): void => {
        (values.json ? process.stderr : process.stdout).write(`${line}\n`);
    };
    const endMs = Date.now() + minutes * 60_000;
    const played: Played[] = [];
    for (const [index, part] of parts.entries()) {
        const shares = parts.slice(index).reduce((sum, { share }) => sum + share, 0);
        const shareMs = ((endMs - Date.now()) * part.share) / shares;
        played.push(await play(part, seed, Date.now() + shareMs, say));
    }
    const isKept = played.every(({ broken }) => broken === null);
    const short = played.filter(({ counts }) => isShort(counts)).map(({ name }) => name);
    const seconds = played.reduce((sum, part) => sum + part.seconds, 0);
    const held = isKept ? 'every promise held' : 'BROKEN';
    const full = short.length === 0 ? 'in full size' : `less than the full size of ${short.join(', ')}`;
    say(['', ...played.map(lineOf), `seed ${seed}, ${seconds} s: ${held}, ${full}`].join('\n'));
    if (values.json) {
        process.stdout.write(`${JSON.stringify({ seed, isKept, short, parts: played })}\n`);
    }
    process.exitCode = isKept ? 0 : 1;
}

function chosen(names: readonly string[] | undefined): readonly SoakPart[] {
    const unknown = (names ?? []).filter((name) => !PARTS.some((part) => part.name === name));
    if (unknown.length > 0) {
        throw new Error(`there is no ${unknown.join(', ')}: one of ${PARTS.map(({ name }) => name).join(', ')}`);
    }
    return PARTS.filter(({ name }) => names === undefined || names.includes(name));
}

function natural(name: string, text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0 || text === '') {
        throw new Error(`--${name} is a natural number, not ${JSON.stringify(text)}`);
    }
    return value;
}

try {
    await main();
} catch (error) {
    process.stderr.write(`test:soak: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
}
