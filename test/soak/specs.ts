import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SoakPart } from './part.js';

/** Specs of the usual suites in their long form. */
export type LongSpecs = Readonly<{
    /** Compiled specs, from the root of the tests: `network/late`. */
    specs: readonly string[];
    /** How many times the usual cases. */
    effort: number;
    /** @see SoakPart */
    share: number;
}>;

const project = fileURLToPath(new URL('../../../', import.meta.url));
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
/** What a spec tells of itself: `      600 attacks`, `      71200 of 100000 cases`. */
const COUNTED = /^ {6}(\d+)(?: of (\d+))? (?!of )([a-z].*)$/;
const HELD = /^ {6}held (\d+)(?: of (\d+))? times/;
const KILL_AFTER_MS = 60_000;

/** A part that runs specs in a process of their own, without their usual time limits, and sums what they say they have counted. */
export const longSpecs = (name: string, { specs, effort, share }: LongSpecs): SoakPart => ({
    name,
    share,
    run: async ({ seed, untilMs, counter, say }) => {
        const add = (what: string, tried: string | undefined, planned = tried): void => {
            counter.add(what, Number(tried), Number(planned));
        };
        const files = specs.map((spec) => `test/dist/${spec}.spec.js`);
        const environment = {
            COMMONWATT_SEED: String(seed),
            COMMONWATT_EFFORT: String(effort),
            COMMONWATT_UNTIL_MS: String(Math.floor(untilMs)),
        };
        const child = spawn(process.execPath, [mocha, '--reporter', 'spec', '--no-color', '--timeout', '0', ...files], {
            cwd: project,
            env: { ...process.env, ...environment },
            stdio: ['ignore', 'pipe', 'inherit'],
        });
        const late = setTimeout(() => child.kill('SIGTERM'), untilMs + KILL_AFTER_MS - Date.now());
        const ended = new Promise<number | string>((resolve) => {
            child.once('exit', (code, signal) => {
                resolve(code ?? signal ?? 'nothing');
            });
        });
        for await (const line of createInterface({ input: child.stdout })) {
            if (line.trim() !== '') {
                say(line);
            }
            const [, tried, planned, what] = COUNTED.exec(line) ?? [];
            if (what !== undefined) {
                add(what, tried, planned);
            }
            const [, held, meant] = HELD.exec(line) ?? [];
            if (held !== undefined) {
                add('runs of properties', held, meant);
            }
        }
        clearTimeout(late);
        const end = await ended;
        if (end === 'SIGTERM') {
            throw new Error(`${files.join(', ')} did not come to an end in time`);
        }
        if (end !== 0) {
            throw new Error(`${files.join(', ')} ended with ${end}`);
        }
    },
});
