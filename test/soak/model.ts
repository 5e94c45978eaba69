import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SoakPart } from './part.js';

/** Larger worlds than `npm test` exhausts, smaller ones first: as `npm run test:model` is asked for them. */
const WORLDS: readonly string[] = [
    '--parties 3 --legs 2 --slots 2 --facets review,amendment,cancellation,withdrawal,halts',
    '--parties 2 --legs 2 --slots 3 --facets review,amendment,cancellation,halts',
    '--parties 2 --legs 1 --slots 2 --facets metering,amendment',
    '--parties 2 --legs 1 --slots 2 --facets metering,reconciliation',
    '--parties 2 --legs 1 --slots 3 --facets metering',
    '--parties 2 --legs 1 --slots 2 --facets metering,review,halts',
];

const entry = fileURLToPath(new URL('../model/main.js', import.meta.url));
/** A million states want about two gigabytes. */
const HEAP_MIB = 8_192;
/** What the command says in the end. */
const EXPLORED = /^(\d+) states, (\d+) steps, /;

/**
 * Exhausts worlds in processes of their own, as many as the time suffices for. One that is not exhausted does not count:
 * a part of it says nothing of who can still get out.
 */
export const model: SoakPart = {
    name: 'model',
    share: 4,
    run: async ({ untilMs, counter, say }) => {
        counter.add('worlds', 0, WORLDS.length);
        for (const world of WORLDS) {
            const explored = await explore(world, untilMs);
            if (explored === null) {
                say(`${world}: not exhausted, the time was over`);
                return;
            }
            counter.add('worlds', 1, 0);
            counter.add('states', explored.states);
            counter.add('steps', explored.steps);
            say(`${world}: ${explored.told}`);
        }
    },
};

type Explored = Readonly<{ states: number; steps: number; told: string }>;

/**
 * Runs the command; null when the time was over before its end.
 * @throws Error when a promise is broken, with everything it said
 */
async function explore(world: string, untilMs: number): Promise<Explored | null> {
    const args = [`--max-old-space-size=${HEAP_MIB}`, '--enable-source-maps', entry, ...world.split(' ')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const over = setTimeout(() => child.kill('SIGTERM'), Math.max(0, untilMs - Date.now()));
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
    }
    const [code, signal] = await ended;
    clearTimeout(over);
    const told = lines.at(-1) ?? '';
    const [, states, steps] = EXPLORED.exec(told) ?? [];
    if (code === 0 && states !== undefined) {
        return { states: Number(states), steps: Number(steps), told };
    }
    if (signal === 'SIGTERM') {
        return null;
    }
    throw new Error(`${world} ended with ${code ?? signal ?? 'nothing'}:\n${lines.join('\n')}`);
}
