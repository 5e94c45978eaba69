import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, copyProject } from './project-copy.js';

const HELP = `usage: npm run test:mutants -- [NAME...]

Breaks one rule of the product after the other, by the patches in test/mutants, and runs the specs that each names: green
without the patch, red with it. Works in a copy; takes about half a minute a patch. NAME: part of a patch's file name.
`;

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../mutants/', import.meta.url));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

type Mutant = Readonly<{ name: string; file: string; rule: string; spec: string }>;

async function mutants(names: readonly string[]): Promise<Mutant[]> {
    const files = (await readdir(folder)).filter((file) => file.endsWith('.patch')).sort();
    const wanted = files.filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
    return await Promise.all(
        wanted.map(async (name) => {
            const file = join(folder, name);
            const [, rule, spec] = /^Rule: (.+)\nRed: (.+)\.spec\.ts\n/.exec(await readFile(file, 'utf8')) ?? [];
            if (rule === undefined || spec === undefined) {
                throw new Error(`${name} does not begin with the rule that it breaks and the spec that turns red`);
            }
            return { name, file, rule, spec: `test/dist/${spec}.spec.js` };
        }),
    );
}

/** How many cases of a spec fail. */
async function failures(copy: string, spec: string): Promise<number> {
    const args = ['mocha', '--reporter', 'json', spec];
    const report = await run('npx', args, { cwd: copy, maxBuffer: 64 * 1024 * 1024 }).catch(
        (error: unknown) => error as { stdout: string },
    );
    const begin = report.stdout.indexOf('{\n');
    const { stats } = JSON.parse(report.stdout.slice(begin)) as { stats: { tests: number; failures: number } };
    if (stats.tests === 0) {
        throw new Error(`${spec} has no cases`);
    }
    return stats.failures;
}

async function prove(names: readonly string[]): Promise<boolean> {
    const all = await mutants(names);
    const copy = await mkdtemp(join(tmpdir(), 'commonwatt-mutants-'));
    let survivors = 0;
    try {
        say(`Building a copy for ${all.length} mutants`);
        await copyProject(copy);
        for (const spec of new Set(all.map((mutant) => mutant.spec))) {
            if ((await failures(copy, spec)) > 0) {
                throw new Error(`${spec} fails already without a mutant: mend it first`);
            }
        }
        for (const { name, file, rule, spec } of all) {
            await run('git', ['apply', file], { cwd: copy });
            await build(copy);
            const failed = await failures(copy, spec);
            await run('git', ['apply', '--reverse', file], { cwd: copy });
            survivors += failed === 0 ? 1 : 0;
            say(`${failed === 0 ? 'SURVIVED' : `red (${failed})`}  ${name}: ${rule}`);
        }
    } finally {
        await rm(copy, { recursive: true, force: true });
    }
    say(`${all.length - survivors} of ${all.length} mutants turn the tests red`);
    return survivors === 0 && all.length > 0;
}

const names = process.argv.slice(2);
if (names.includes('--help')) {
    process.stdout.write(HELP);
} else {
    process.exitCode = (await prove(names)) ? 0 : 1;
}
