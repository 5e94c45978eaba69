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
}>;

const project = fileURLToPath(new URL('../../../', import.meta.url));
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
/** What a spec tells of itself: `      600 attacks`. */
const COUNTED = /^ {6}(\d+) ([a-z].*)$/;
const HELD = /^ {6}held (\d+) times/;
const KILL_AFTER_MS = 60_000;

/** A part that runs specs in a process of their own, without their usual time limits, and sums what they say they have counted. */
export const longSpecs = (name: string, { specs, effort }: LongSpecs): SoakPart => ({
    name,
    run: async ({ seed, untilMs, say }) => {
        const counts = new Map<string, number>();
        const add = (what: string, count: string | undefined): void => {
            counts.set(what, (counts.get(what) ?? 0) + Number(count));
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
            const [, count, what] = COUNTED.exec(line) ?? [];
            if (what !== undefined) {
                add(what, count);
            }
            const [, held] = HELD.exec(line) ?? [];
            if (held !== undefined) {
                add('runs of properties', held);
            }
        }
        clearTimeout(late);
        const end = await ended;
        if (end !== 0) {
            throw new Error(`${files.join(', ')} ended with ${end}`);
        }
        return Object.fromEntries(counts);
    },
});
