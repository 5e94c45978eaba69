import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { copyProject, project } from './project-copy.js';

const THRESHOLD_PERCENT = 85;
const SOURCES = 'chaincode/src/';

const USAGE = `Changes the code in every small way that Stryker knows, and counts the changes that tests notice.

  npm run test:mutation -- [--static] [--report FILE] [FOLDER|FILE...]

  FOLDER|FILE  below chaincode/src (domain wire); exchange, supervision and store are judged by the tests of contracts, too,
               which take longer: a file of them minutes
  --static     also what a module does once, while it is loaded: tables and codecs. Each of these
               mutants starts a process of its own: 2 s each, against 0.05 s
  --report     write the mutants that no test noticed to a file

Works in a copy, by unit tests and golden files where the code is pure. Ends with 1 if a file stays below ${THRESHOLD_PERCENT} %.
`;

const UNITS = ['unit/chaincode/*', 'golden/*'];
/** What the ledger in memory is needed for. */
const CONTRACTS = ['contract/*'];
const PURE = /^chaincode\/src\/(domain|wire)\//;
const specsFor = (files: readonly string[]): string[] =>
    [...UNITS, ...(files.every((file) => PURE.test(file)) ? [] : CONTRACTS)].map((name) => `test/dist/${name}.spec.js`);
/** They look constants up in the sources, which hold every mutant here. */
const READ_SOURCES = ['test/dist/unit/chaincode/limits.spec.js'];
/** Longest a mutant may take beyond what its tests take; endless loops end so. */
const TIMEOUT_MS = 10_000;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** The TypeScript files below a folder, or the file itself. */
async function filesOf(copy: string, name: string): Promise<string[]> {
    if (name.endsWith('.ts')) {
        return [`${SOURCES}${name}`];
    }
    const entries = await readdir(join(copy, SOURCES, name));
    return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => `${SOURCES}${name}/${entry}`);
}

/** Builds the copy with every mutant in it, switched off, and switches on one after the other. */
async function mutate(files: readonly string[], ignoreStatic: boolean): Promise<MutantResult[]> {
    const mutants = await new Stryker({
        inPlace: true, // a sandbox of its own would follow the links of the workspaces back to the copy
        mutate: [...files],
        buildCommand: 'npx tsc -b',
        testRunner: 'mocha',
        mochaOptions: { spec: specsFor(files), ignore: [...READ_SOURCES] },
        plugins: ['@stryker-mutator/mocha-runner', fileURLToPath(new URL('./assertion-messages.js', import.meta.url))],
        ignorers: ['assertion-messages'],
        coverageAnalysis: 'perTest',
        ignoreStatic,
        concurrency: 1,
        timeoutMS: TIMEOUT_MS,
        reporters: [],
        disableBail: false,
        warnings: false,
    } satisfies PartialStrykerOptions).runMutationTest();
    return mutants.map((mutant) => ({ ...mutant, fileName: relative(process.cwd(), mutant.fileName) }));
}

const isKilled = ({ status }: MutantResult): boolean => status === 'Killed' || status === 'Timeout';
const isAlive = ({ status }: MutantResult): boolean => status === 'Survived' || status === 'NoCoverage';
const isStatic = (mutant: MutantResult): boolean =>
    mutant.status === 'Ignored' && (mutant.statusReason ?? '').startsWith('Static');

/** What became of the mutants of a file or a folder. */
type Row = Readonly<{ place: string; noticed: number; alive: number; leftOut: number; percent: number }>;

function rowOf(place: string, all: readonly MutantResult[]): Row {
    const mutants = all.filter(({ fileName }) => fileName.startsWith(SOURCES + place));
    const count = (chosen: (mutant: MutantResult) => boolean): number => mutants.filter(chosen).length;
    const [noticed, alive, leftOut] = [count(isKilled), count(isAlive), count(isStatic)];
    const judged = noticed + alive;
    return { place, noticed, alive, leftOut, percent: judged === 0 ? 100 : (100 * noticed) / judged };
}

/** A row for each file, then one for each folder. */
function rowsOf(mutants: readonly MutantResult[]): Row[] {
    const files = [...new Set(mutants.map(({ fileName }) => fileName.slice(SOURCES.length)))].sort();
    const folders = [...new Set(files.map((file) => file.slice(0, file.lastIndexOf('/') + 1)))];
    return [...files, ...folders].map((place) => rowOf(place, mutants));
}

/** Lines of a table as `docs/mutation.md` shows it. */
function tableOf(rows: readonly Row[]): string[] {
    const line = (cells: readonly string[]): string =>
        `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(32) : cell.padStart(9))).join(' | ')} |`;
    return [
        line(['file', 'noticed', 'alive', 'left out', 'score %']),
        line(['-'.repeat(32), ...Array<string>(4).fill(`${'-'.repeat(8)}:`)]),
        ...rows.map(({ place, noticed, alive, leftOut, percent }) =>
            line([place, ...[noticed, alive, leftOut].map(String), noticed + alive === 0 ? '–' : percent.toFixed(1)]),
        ),
    ];
}

async function score(names: readonly string[], withStatic: boolean): Promise<MutantResult[]> {
    const copy = await mkdtemp(join(tmpdir(), 'commonwatt-mutation-'));
    const before = process.cwd();
    try {
        await copyProject(copy);
        process.chdir(copy);
        const files = (await Promise.all(names.map((name) => filesOf(copy, name)))).flat();
        return await mutate(files, !withStatic);
    } finally {
        process.chdir(before);
        await rm(copy, { recursive: true, force: true });
    }
}

/** Where a change would have been, and what nobody noticed. */
async function survivors(mutants: readonly MutantResult[]): Promise<string> {
    const texts: string[] = [];
    for (const { fileName, location, mutatorName, replacement, status } of mutants.filter(isAlive)) {
        const lines = (await readFile(join(project, fileName), 'utf8')).split('\n');
        const { line, column } = location.start;
        texts.push(
            `${fileName}:${line}:${column} ${mutatorName} ${status}\n  ${(lines[line - 1] ?? '').trim()}\n  → ${replacement}`,
        );
    }
    return `${texts.join('\n')}\n`;
}

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        static: { type: 'boolean', default: false },
        report: { type: 'string' },
        help: { type: 'boolean', default: false },
    },
});
if (values.help) {
    process.stdout.write(USAGE);
} else {
    const startedMs = performance.now();
    const mutants = await score(positionals.length === 0 ? ['domain', 'wire'] : positionals, values.static);
    const rows = rowsOf(mutants);
    tableOf(rows).forEach(say);
    const endless = mutants.filter(({ status }) => status === 'Timeout').length;
    const minutes = Math.round((performance.now() - startedMs) / 60_000);
    say(`${mutants.length} mutants in ${minutes} min; ${endless} were noticed by never ending`);
    if (values.report !== undefined) {
        await writeFile(values.report, await survivors(mutants));
    }
    const low = rows.filter(({ percent }) => percent < THRESHOLD_PERCENT);
    low.forEach(({ place }) => say(`${place} is below ${THRESHOLD_PERCENT} %`));
    process.exitCode = low.length === 0 ? 0 : 1;
}
