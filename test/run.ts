import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Tally } from './suite.js';

/** Before anything has run. */
const NOTHING: Tally = { passed: 0, failed: 0, pending: 0, failures: [], durations: [] };

/** A stage either is a command that must succeed or a set of folders with specs. */
type Stage =
    | Readonly<{ name: string; command: readonly [string, ...string[]] }>
    | Readonly<{ name: string; specs: readonly string[]; environment?: Readonly<Record<string, string>> }>;
/** Stages one after the other. */
type Lane = readonly Stage[];

const LINT: Lane = [
    { name: 'lock file', command: ['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'] },
    { name: 'format', command: ['npx', 'prettier', '--check', '.'] },
    { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
    { name: 'import law', command: ['npm', 'run', '--silent', 'lint:imports'] },
    { name: 'reference', command: ['npm', 'run', '--silent', 'docs', '--', '--emit', 'none'] },
];
const CONTRACTS: Stage = { name: 'contract, recompute, model', specs: ['contract', 'recompute', 'model'] };
const UNITS: Stage = { name: 'unit, golden, property', specs: ['unit', 'golden', 'property'] };
const LIFECYCLES: Stage = { name: 'lifecycles', specs: ['lifecycles'] };
const PACKAGING: Lane = [{ name: 'packaging', specs: ['packaging'] }];
const BINARIES: Lane = [{ name: 'Fabric binaries', command: ['npx', 'commonwatt', 'network', 'binaries'] }];
const NETWORK: Lane = [
    { name: 'network', specs: ['network'] },
    { name: 'demo', specs: ['demo'] },
    { name: 'story', specs: ['story'] },
    {
        name: 'story over fabric-network',
        specs: ['story'],
        environment: { COMMONWATT_TEST_TRANSPORT: 'fabric-network' },
    },
];

/** What runs one after the other; in each of them, lanes that run side by side, a processor each. */
const SELECTIONS: Readonly<Record<string, readonly (readonly Lane[])[]>> = {
    all: [
        [
            [...LINT, ...PACKAGING, LIFECYCLES],
            [CONTRACTS, UNITS],
        ],
        [BINARIES],
        [NETWORK],
    ],
    quick: [[[CONTRACTS], [UNITS]]],
    network: [[NETWORK]],
};

/** How many files are named at the end as those that took longest. */
const SLOWEST = 25;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Runs every stage; a failing one does not keep the next from telling its own. */
async function run(groups: readonly (readonly Lane[])[]): Promise<Tally> {
    const durations: Tally['durations'][number][] = [];
    const total = { passed: 0, failed: 0, pending: 0, failures: [] as string[], durations };
    for (const lanes of groups) {
        const tallies = await Promise.all(lanes.map((lane) => runLane(lane, lanes.length > 1)));
        for (const tally of tallies.flat()) {
            total.passed += tally.passed;
            total.failed += tally.failed;
            total.pending += tally.pending;
            total.failures.push(...tally.failures);
            total.durations.push(...tally.durations);
        }
    }
    return total;
}

/** @param isBeside whether another lane prints at the same time: then each line says whose it is */
async function runLane(lane: Lane, isBeside: boolean): Promise<Tally[]> {
    const tallies: Tally[] = [];
    for (const stage of lane) {
        const startedMs = performance.now();
        const prefix = isBeside ? `${stage.name} │ ` : '';
        say(`\n[${stage.name}]`);
        const tally =
            'command' in stage
                ? await runCommand(stage.command)
                : await runSpecs(stage.specs, prefix, stage.environment);
        const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
        say(`    ${stage.name}: ${tally.passed} passed, ${tally.failed} failed in ${seconds} s`);
        tallies.push({
            ...tally,
            failures: tally.failures.map((failure) => `[${stage.name}] ${failure}`),
            durations: tally.durations.map(([file, ms]) => [`[${stage.name}] ${file}`, ms]),
        });
    }
    return tallies;
}

function runCommand([file, ...args]: readonly [string, ...string[]]): Promise<Tally> {
    return new Promise((resolve) => {
        const child = spawn(file, args, { stdio: 'inherit' });
        const failed = (how: string): Tally => {
            const failures = [`${[file, ...args].join(' ')} ${how}`];
            return { ...NOTHING, failed: 1, failures };
        };
        child.once('error', (error) => {
            resolve(failed(error.message));
        });
        child.once('exit', (code, signal) => {
            resolve(code === 0 ? { ...NOTHING, passed: 1 } : failed(`ended with ${code ?? signal ?? 'nothing'}`));
        });
    });
}

/** Specs run in a process of their own, so that a crash counts as a failure and is not the end of the report. */
function runSpecs(
    folders: readonly string[],
    prefix: string,
    environment: Readonly<Record<string, string>> = {},
): Promise<Tally> {
    return new Promise((resolve) => {
        let tally: Tally | undefined;
        const suite = fileURLToPath(new URL('./suite.js', import.meta.url));
        const output = prefix === '' ? 'inherit' : 'pipe';
        const child = fork(suite, folders, {
            execArgv: ['--enable-source-maps'],
            env: { ...process.env, ...environment },
            stdio: ['inherit', output, output, 'ipc'],
        });
        for (const input of [child.stdout, child.stderr]) {
            if (input !== null) {
                createInterface({ input }).on('line', (line) => say(`${prefix}${line}`));
            }
        }
        child.once('message', (message) => {
            tally = message as Tally;
        });
        child.once('close', (code, signal) => {
            const counted = tally ?? NOTHING;
            const crashed = code !== 0 && counted.failed === 0;
            const failures = [`the specs ended with ${code ?? signal ?? 'nothing'}`];
            resolve(crashed ? { ...counted, failed: 1, failures } : counted);
        });
    });
}

const selection = process.argv[2] ?? 'all';
const groups = SELECTIONS[selection];
if (groups === undefined) {
    process.stderr.write(`unknown selection "${selection}": one of ${Object.keys(SELECTIONS).join(', ')}\n`);
    process.exit(2);
}
const total = await run(groups);
const slowest = [...total.durations].sort(([, left], [, right]) => right - left).slice(0, SLOWEST);
say('\nWhat took longest:');
for (const [file, ms] of slowest) {
    say(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${file}`);
}
if (total.failures.length > 0) {
    // Once more at the end: who reads only the end of a long report shall find what is wrong.
    say(`\nWhat failed:\n${total.failures.join('\n')}`);
}
// The closing line is the sum of what the runners counted; it is the last thing that is printed.
say(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
