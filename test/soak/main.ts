import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { requireBinaries } from '../support/network.js';
import { crashes } from './crashes.js';
import type { Counts, SoakPart } from './part.js';
import { longSpecs } from './specs.js';

/** In the order in which they are played; what one leaves of its time, the others get. */
const PARTS: readonly SoakPart[] = [
    longSpecs('coalitions', { specs: ['network/coalitions'], effort: 1 }),
    longSpecs('signatures', { specs: ['contract/signatures'], effort: 1 }),
    longSpecs('readings', { specs: ['property/reading'], effort: 100 }),
    longSpecs('crowds', { specs: ['network/crowd'], effort: 10 }),
    longSpecs('late', { specs: ['network/late'], effort: 5 }),
    longSpecs('fuzz', { specs: ['demo/fuzz'], effort: 100 }),
    crashes,
];

const MINUTES = 30;
const USAGE = `Plays the long forms of the tests, one after the other, and says how often what was tried.

  npm run test:soak -- [--seed N] [--minutes N] [--only PART]... [--json]

  --seed     where random draws begin (random, printed)
  --minutes  time for all parts (${MINUTES})
  --only     ${PARTS.map(({ name }) => name).join(', ')}; all of them unless named
  --json     progress goes to standard error, one JSON object to standard output
`;

/** What a part came to; `broken` says which promise was not kept. */
type Played = Readonly<{ name: string; seconds: number; counts: Counts; broken: string | null }>;

async function play(part: SoakPart, seed: number, untilMs: number, say: (line: string) => void): Promise<Played> {
    const { name } = part;
    const startedMs = Date.now();
    say(`[${name}]`);
    const seconds = (): number => Math.round((Date.now() - startedMs) / 1_000);
    try {
        const counts = await part.run({
            seed,
            untilMs,
            say: (line) => {
                say(`  ${line}`);
            },
        });
        return { name, seconds: seconds(), counts, broken: null };
    } catch (error) {
        const broken = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { name, seconds: seconds(), counts: {}, broken };
    }
}

function lineOf({ name, seconds, counts, broken }: Played): string {
    const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    return `${name}: ${told.join(', ')} in ${seconds} s${broken === null ? '' : `: BROKEN\n${broken}`}`;
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
        const shareMs = (endMs - Date.now()) / (parts.length - index);
        played.push(await play(part, seed, Date.now() + shareMs, say));
    }
    const isKept = played.every(({ broken }) => broken === null);
    say(['', ...played.map(lineOf)].join('\n'));
    say(
        `seed ${seed}, ${played.reduce((sum, { seconds }) => sum + seconds, 0)} s: ${isKept ? 'every promise held' : 'BROKEN'}`,
    );
    if (values.json) {
        process.stdout.write(`${JSON.stringify({ seed, isKept, parts: played })}\n`);
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
