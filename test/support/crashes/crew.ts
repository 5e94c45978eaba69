import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commonwattBin } from '../network.js';
import type { TraderTask } from './trader.js';

const traderEntry = fileURLToPath(new URL('./trader.js', import.meta.url));

/** A process that is killed and started again, as often as wanted. */
abstract class Survivor {
    #child: ChildProcess | null = null;
    #isWanted = true;

    protected abstract launch(): ChildProcess;

    /** What an exit without a signal means. */
    protected abstract ended(code: number | null): void;

    start(): void {
        const child = this.launch();
        this.#child = child;
        child.once('exit', (code, signal) => {
            if (this.#isWanted && signal === null) {
                this.ended(code);
            }
        });
    }

    /** Ends it as a power cut would. */
    async kill(): Promise<void> {
        const child = this.#child;
        if (child?.exitCode !== null || child.signalCode !== null) {
            return;
        }
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
    }

    async stop(): Promise<void> {
        this.#isWanted = false;
        await this.kill();
    }
}

/** The client: asks before each act, and ends when all are acknowledged. */
export class Trader extends Survivor {
    readonly #task: TraderTask;
    readonly #onAct: (act: string) => Promise<void>;
    #finish: (error: Error | null) => void = () => undefined;
    readonly finished: Promise<void>;

    /** @param onAct returns when the act may be begun */
    constructor(task: TraderTask, onAct: (act: string) => Promise<void>) {
        super();
        this.#task = task;
        this.#onAct = onAct;
        this.finished = new Promise((resolve, reject) => {
            this.#finish = (error) => {
                if (error === null) {
                    resolve();
                } else {
                    reject(error);
                }
            };
        });
        this.finished.catch(() => undefined); // told to whoever waits for it
    }

    protected override launch(): ChildProcess {
        const child = fork(traderEntry, [JSON.stringify(this.#task)], { execArgv: ['--enable-source-maps'] });
        child.on('message', (act: string) => {
            this.#onAct(act).then(
                () => {
                    if (child.connected) {
                        child.send('go');
                    }
                },
                (error: unknown) => {
                    this.#finish(error instanceof Error ? error : new Error(String(error)));
                },
            );
        });
        return child;
    }

    protected override ended(code: number | null): void {
        this.#finish(code === 0 ? null : new Error(`the trader gave up with ${String(code)}`));
    }
}

/** A keeper as anybody runs one, by the command line; what it pushed goes to a file, line by line. */
export class KeeperProcess extends Survivor {
    readonly #stateDir: string;
    readonly #folder: string;

    constructor(stateDir: string, folder: string) {
        super();
        this.#stateDir = stateDir;
        this.#folder = folder;
    }

    protected override launch(): ChildProcess {
        const reports = openSync(join(this.#folder, 'keeper.jsonl'), 'a');
        const complaints = openSync(join(this.#folder, 'keeper.log'), 'a');
        const identity = ['--org', 'operator', '--as', 'platform'];
        const child = spawn(
            process.execPath,
            [commonwattBin, '--state', this.#stateDir, 'keeper', 'run', ...identity, '--json'],
            { stdio: ['ignore', reports, complaints] },
        );
        closeSync(reports);
        closeSync(complaints);
        return child;
    }

    /** Whoever runs a keeper has it started again: it ends when it can read nothing in its first turn. */
    protected override ended(): void {
        this.start();
    }
}
