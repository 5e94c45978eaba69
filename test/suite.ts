import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

/** What one suite came to; of every failure its title and message, for the end of a long report. */
export type Tally = Readonly<{
    passed: number;
    failed: number;
    pending: number;
    failures: readonly string[];
    /** How long each file took, in ms, with the set-up that it shares with nobody. */
    durations: readonly (readonly [file: string, ms: number])[];
}>;

/**
 * Runs the compiled specs below the given folders in this process, in the order of their names, and reports the
 * runner's own counts to the parent process.
 */
async function runSuite(folders: readonly string[]): Promise<Tally> {
    const files: string[] = [];
    for (const folder of folders) {
        const root = fileURLToPath(new URL(folder, import.meta.url));
        const entries = await readdir(root, { recursive: true });
        files.push(...entries.filter((entry) => entry.endsWith('.spec.js')).map((entry) => join(root, entry)));
    }
    if (files.length === 0) {
        throw new Error(`no specs below ${folders.join(', ')}: run \`npm run build\` first`);
    }
    const mocha = new Mocha({ timeout: 10_000, forbidOnly: true, forbidPending: true, checkLeaks: true });
    mocha.globals(['hfc']); // fabric-network's log
    mocha.files = files.sort();
    await mocha.loadFilesAsync();
    const failures: string[] = [];
    const durations: [string, number][] = [];
    return new Promise((resolve) => {
        const runner = mocha.run(() => {
            const stats = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
            resolve({ passed: stats.passes, failed: stats.failures, pending: stats.pending, failures, durations });
        });
        let begunMs = performance.now();
        runner.on(Mocha.Runner.constants.EVENT_SUITE_END, ({ parent, file, title }) => {
            if (parent?.root === true) {
                durations.push([basename(file ?? title, '.js'), performance.now() - begunMs]);
                begunMs = performance.now();
            }
        });
        runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: Error) => {
            failures.push(`${test.fullTitle()}\n${error.stack ?? error.message}`);
        });
    });
}

const tally = await runSuite(process.argv.slice(2));
process.send?.(tally);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
