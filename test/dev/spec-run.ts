import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs specs in a process of its own, one run at a time; a new run ends the one before. */
export class SpecRun {
    readonly #project: string;
    #child: ChildProcess | null = null;

    constructor(project: string) {
        this.#project = project;
    }

    /** Runs specs to their end. @param specs compiled files or patterns @returns `null` when another run took its place */
    async run(specs: readonly string[]): Promise<boolean | null> {
        await this.stop();
        const mocha = join(this.#project, 'node_modules/mocha/bin/_mocha');
        // A process group of its own: Ctrl-C ends this program, which ends the specs in its turn.
        const child = spawn(process.execPath, ['--enable-source-maps', mocha, ...specs], {
            cwd: this.#project,
            stdio: ['ignore', 'inherit', 'inherit'],
            detached: true,
        });
        this.#child = child;
        const [code] = (await once(child, 'exit')) as [number | null];
        if (this.#child !== child) {
            return null;
        }
        this.#child = null;
        return code === 0;
    }

    /** Ends a run. The specs' networks end with their process. */
    async stop(): Promise<void> {
        const child = this.#child;
        this.#child = null;
        if (child?.exitCode === null && child.signalCode === null) {
            const ended = once(child, 'exit');
            child.kill('SIGTERM');
            await ended;
        }
    }
}
