import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { copyProject, project } from './project-copy.js';

const THRESHOLD_PERCENT = 85;

const USAGE = `Changes the code in every small way that Stryker knows, and counts the changes that tests notice.

  npm run test:mutation -- [--static] [--report FILE] [FOLDER|FILE...]

  FOLDER|FILE  below chaincode/src (domain wire)
  --static     also what a module does once, while it is loaded: tables and codecs. Each of these
               mutants starts a process of its own: 2 s each, against 0.05 s
  --report     write the mutants that no test noticed to a file

Works in a copy. First by unit tests and golden files; what these leave of files below ${THRESHOLD_PERCENT} %, by contract tests.
`;

/** Specs that look for mutants. */
type Stage = Readonly<{ name: string; specs: readonly string[] }>;
const FAST: Stage = { name: 'unit and golden', specs: ['unit/chaincode/*', 'golden/*'] };
/** The quick ones that show what is decided in files that contracts alone exercise. */
const THOROUGH: Stage = {
    name: 'contract',
    specs: [
        'bill-corrections',
        'charge-point',
        'conformity',
        'conversion',
        'credit-cover',
        'dispute',
        'estimated-settlement',
        'exchange-account',
        'exchange-mandate',
        'exchange-settlement',
        'force-majeure',
        'gas',
        'leaving',
        'lots',
        'meter-exchange',
        'offer',
        'payout',
        'proposal',
        'requirement',
        'screening',
        'subsidy',
    ].map((name) => `contract/${name}`),
};

/** They look constants up in the sources, which hold every mutant here. */
const READ_SOURCES = ['test/dist/unit/chaincode/limits.spec.js'];
/** Longest a mutant may take beyond what its tests take; endless loops end so. */
const TIMEOUT_MS = 10_000;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** The TypeScript files below a folder, or the file itself. */
async function filesOf(copy: string, name: string): Promise<string[]> {
    if (name.endsWith('.ts')) {
        return [`chaincode/src/${name}`];
    }
    const entries = await readdir(join(copy, 'chaincode/src', name));
    return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => `chaincode/src/${name}/${entry}`);
}

/** Builds the copy with every mutant in it, switched off, and switches on one after the other. */
async function mutate(stage: Stage, ranges: readonly string[], ignoreStatic: boolean): Promise<MutantResult[]> {
    const startedMs = performance.now();
    const mutants = await new Stryker({
        inPlace: true, // a sandbox of its own would follow the links of the workspaces back to the copy
        mutate: [...ranges],
        buildCommand: 'npx tsc -b',
        testRunner: 'mocha',
        mochaOptions: { spec: stage.specs.map((name) => `test/dist/${name}.spec.js`), ignore: [...READ_SOURCES] },
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
    say(`${stage.name}: ${mutants.length} mutants in ${Math.round((performance.now() - startedMs) / 1_000)} s`);
    return mutants.map((mutant) => ({ ...mutant, fileName: relative(process.cwd(), mutant.fileName) }));
}

const nameOf = ({ fileName, location: { start, end }, mutatorName, replacement }: MutantResult): string =>
    [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join(' ');
const rangeOf = ({ fileName, location: { start, end } }: MutantResult): string =>
    `${fileName}:${start.line}:${start.column}-${end.line}:${end.column}`;
const isKilled = ({ status }: MutantResult): boolean => status === 'Killed' || status === 'Timeout';
const isAlive = ({ status }: MutantResult): boolean => status === 'Survived' || status === 'NoCoverage';
const isStatic = (mutant: MutantResult): boolean =>
    mutant.status === 'Ignored' && (mutant.statusReason ?? '').startsWith('Static');

/** The last word on each mutant. */
class Score {
    readonly #mutants = new Map<string, MutantResult>();
    readonly #stages = new Map<string, string>();

    add(stage: string, mutants: readonly MutantResult[], isMeant: (name: string) => boolean): void {
        for (const mutant of mutants) {
            const name = nameOf(mutant);
            if (isMeant(name)) {
                this.#mutants.set(name, mutant);
                this.#stages.set(name, stage);
            }
        }
    }

    those(chosen: (mutant: MutantResult) => boolean): Map<string, MutantResult> {
        return new Map([...this.#mutants].filter(([, mutant]) => chosen(mutant)));
    }

    /** A row for each file and a sum for each folder. */
    lines(): string[] {
        const files = [...new Set([...this.#mutants.values()].map(({ fileName }) => fileName))].sort();
        const folders = [...new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))))];
        const rows = [...files, ...folders].map((prefix) => this.#line(prefix));
        return [
            `${'file'.padEnd(40)}${[FAST.name, THOROUGH.name, 'alive', 'left out', 'score %'].map((title) => title.padStart(23)).join('')}`,
            ...rows,
        ];
    }

    percentOf(prefix: string): number {
        const mutants = [...this.those(({ fileName }) => fileName.startsWith(prefix)).values()];
        const killed = mutants.filter(isKilled).length;
        const judged = killed + mutants.filter(isAlive).length;
        return judged === 0 ? 100 : (100 * killed) / judged;
    }

    #line(prefix: string): string {
        const mutants = [...this.those(({ fileName }) => fileName.startsWith(prefix))];
        const killedBy = (stage: string): number =>
            mutants.filter(([name, mutant]) => isKilled(mutant) && this.#stages.get(name) === stage).length;
        const alive = mutants.filter(([, mutant]) => isAlive(mutant)).length;
        const leftOut = mutants.filter(([, mutant]) => isStatic(mutant)).length;
        const counts = [killedBy(FAST.name), killedBy(THOROUGH.name), alive, leftOut].map(String);
        const cells = [...counts, this.percentOf(prefix).toFixed(1)].map((cell) => cell.padStart(23));
        return `${prefix.replace('chaincode/src/', '').padEnd(40)}${cells.join('')}`;
    }
}

async function score(
    names: readonly string[],
    withStatic: boolean,
    reported: (total: Score) => Promise<void>,
): Promise<Score> {
    const total = new Score();
    const copy = await mkdtemp(join(tmpdir(), 'commonwatt-mutation-'));
    const before = process.cwd();
    try {
        await copyProject(copy);
        process.chdir(copy);
        const files = (await Promise.all(names.map((name) => filesOf(copy, name)))).flat();
        total.add(FAST.name, await mutate(FAST, files, !withStatic), () => true);
        await reported(total);
        const low = files.filter((file) => total.percentOf(file) < THRESHOLD_PERCENT);
        const left = total.those((mutant) => isAlive(mutant) && low.includes(mutant.fileName));
        if (left.size > 0) {
            const ranges = [...new Set([...left.values()].map(rangeOf))];
            total.add(THOROUGH.name, await mutate(THOROUGH, ranges, !withStatic), (name) => left.has(name));
        }
    } finally {
        process.chdir(before);
        await rm(copy, { recursive: true, force: true });
    }
    await reported(total);
    return total;
}

/** Where a change would have been, and what nobody noticed. */
async function survivors(total: Score): Promise<string> {
    const texts: string[] = [];
    for (const { fileName, location, mutatorName, replacement, status } of total.those(isAlive).values()) {
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
    const names = positionals.length === 0 ? ['domain', 'wire'] : positionals;
    const { report } = values;
    const total = await score(names, values.static, async (sofar) => {
        sofar.lines().forEach(say);
        if (report !== undefined) {
            await writeFile(report, await survivors(sofar));
        }
    });
    const low = names.filter((name) => total.percentOf(`chaincode/src/${name}`) < THRESHOLD_PERCENT);
    low.forEach((name) => say(`${name} is below ${THRESHOLD_PERCENT} %`));
    process.exitCode = low.length === 0 ? 0 : 1;
}
