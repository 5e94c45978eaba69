import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Failure, type Order, play } from './run.js';
import { Tally, type TallyJson } from './tally.js';

/** What a process that played a share of the lifecycles reports. */
type Report = Readonly<{ tally: TallyJson; failure: Readonly<{ text: string }> | null }>;

const USAGE = `Plays random lifecycles of agreements on the market's own contracts, in memory.

  npm run test:lifecycles -- [--count N] [--seed N] [--workers N]
  npm run test:lifecycles -- --seed N --path P     plays again what failed, as small as it went

  --count    lifecycles to play (10000)
  --seed     where the draw begins (random, printed)
  --workers  processes that share them (one for each core)
`;

/** What of a command is told; signatures follow. */
const COMMAND_CHARACTERS_MAX = 1_500;

function describe({ message, seed, path, sent }: Failure): string {
    const steps = sent.map(
        ({ name, verb, command }) => `  ${name} ${verb} ${command.slice(0, COMMAND_CHARACTERS_MAX)}`,
    );
    const replay = `npm run test:lifecycles -- --seed ${seed} --path ${path}`;
    return ['the smallest case found:', ...steps, message, '', `replay it with: ${replay}`, ''].join('\n');
}

async function playAlone(order: Order): Promise<Report> {
    const { tally, failure } = await play(order);
    return { tally: tally.toJson(), failure: failure === null ? null : { text: describe(failure) } };
}

/** A share is a draw of its own: the first has the seed that was asked for, the others follow it. */
function playElsewhere(order: Order): Promise<Report> {
    return new Promise((resolve, reject) => {
        const child = fork(fileURLToPath(import.meta.url), ['--share', JSON.stringify(order)], {
            execArgv: ['--enable-source-maps'],
        });
        child.once('message', (message) => {
            resolve(message as Report);
        });
        child.once('exit', (code) => {
            reject(new Error(`a worker ended with ${String(code)} before it reported`));
        });
    });
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            count: { type: 'string', default: '10000' },
            seed: { type: 'string', default: String(randomInt(2 ** 31)) },
            workers: { type: 'string', default: String(availableParallelism()) },
            path: { type: 'string' },
            share: { type: 'string' },
            help: { type: 'boolean', default: false },
        },
    });
    if (values.help) {
        process.stdout.write(USAGE);
        return;
    }
    if (values.share !== undefined) {
        process.send?.(await playAlone(JSON.parse(values.share) as Order));
        return;
    }
    const [count, seed] = [natural('count', values.count), natural('seed', values.seed)];
    const workers = values.path === undefined ? Math.min(count, natural('workers', values.workers)) : 1;
    const startedMs = performance.now();
    const shares = Array.from({ length: workers }, (_, index): Order => {
        const share = Math.floor((count + index) / workers);
        return { seed: seed + index, count: share, path: values.path };
    });
    const reports = await Promise.all(shares.map(workers === 1 ? playAlone : playElsewhere));
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    tell(reports, `seed ${seed}, ${workers} processes, ${seconds} s`);
}

function tell(reports: readonly Report[], how: string): void {
    const total = new Tally();
    for (const { tally } of reports) {
        total.add(tally);
    }
    const failures = reports.flatMap(({ failure }) => (failure === null ? [] : [failure.text]));
    const what = `${total.lifecycles} lifecycles, ${total.transactions} transactions`;
    const end = failures.length === 0 ? 'every rule held' : 'BROKEN';
    process.stdout.write([...total.lines(), ...failures, `${what}, ${how}: ${end}`, ''].join('\n'));
    process.exitCode = failures.length === 0 ? 0 : 1;
}

function natural(name: string, text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0 || text === '') {
        throw new Error(`--${name} is a natural number, not ${JSON.stringify(text)}`);
    }
    return value;
}

await main();
