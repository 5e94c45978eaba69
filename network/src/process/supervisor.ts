import { spawn } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../files.js';
import { NetworkError } from '../network-error.js';
import type { StateFolder } from '../state-folder.js';
import { poll } from '../wait.js';
import { isAlive, parseIdentity, signal, type ProcessIdentity } from './identity.js';
import { sizeOf, tail } from './log-excerpt.js';

export type Launch = Readonly<{
    name: string;
    command: string;
    args: readonly string[];
    env: Readonly<Record<string, string>>;
    /** Answers true once the process serves; `logOffset` is where its own log begins. */
    isReady: (logOffset: number) => Promise<boolean>;
}>;

const readyTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const excerptLines = 12;

export function afterFailure(name: string): string {
    return `Read \`commonwatt network logs ${name}\`, then run \`commonwatt network up\` again; \`commonwatt doctor\` looks for the usual causes.`;
}

// The shell records its own identity and then becomes the process: pid and start time stay the same through exec.
// So there is no moment at which an interrupted start leaves a process that nobody knows of.
const recordAndExec = `
record=$1; shift
printf '{"pid":%s,"startTicks":%s,"bootId":"%s"}' \
    "$$" "$(cut -d' ' -f22 "/proc/$$/stat")" "$(cat /proc/sys/kernel/random/boot_id)" > "$record.partial" &&
mv "$record.partial" "$record" && exec "$@"`;

/** Starts, finds and stops the processes of one network: they outlive the command that started them. */
export class Supervisor {
    readonly #folder: StateFolder;

    constructor(folder: StateFolder) {
        this.#folder = folder;
    }

    /** The running process of this name, if it is the one that was started here. */
    async find(name: string): Promise<ProcessIdentity | undefined> {
        const identity = parseIdentity(await readIfPresent(this.#record(name)));
        return identity !== undefined && isAlive(identity) ? identity : undefined;
    }

    async start(launch: Launch): Promise<void> {
        const { name } = launch;
        await mkdir(this.#folder.node(name), { recursive: true });
        await rm(this.#record(name), { force: true });
        const logOffset = await sizeOf(this.#folder.log(name));
        const exited = await this.#spawn(launch);
        const outcome = await poll(
            async () => {
                if (exited.code !== undefined) {
                    return 'exited';
                }
                return (await launch.isReady(logOffset)) ? 'ready' : undefined;
            },
            { timeoutMs: readyTimeoutMs, intervalMs: 50 },
        );
        if (outcome !== 'ready') {
            const what = outcome === 'exited' ? `stopped at once (${String(exited.code)})` : 'does not answer';
            const failure = await this.failure(name, `${name} was started, but ${what}.`, afterFailure(name));
            await this.stop(name); // what never came up must not pass for running the next time
            throw failure;
        }
    }

    /** SIGTERM, then SIGKILL for what does not listen. Other processes that hold the pid by now are left alone. */
    async stop(name: string): Promise<boolean> {
        const identity = await this.find(name);
        if (identity === undefined) {
            await rm(this.#record(name), { force: true });
            return false;
        }
        signal(identity, 'SIGTERM');
        const gone = (): true | undefined => (isAlive(identity) ? undefined : true);
        if ((await poll(gone, { timeoutMs: stopTimeoutMs, intervalMs: 30 })) === undefined) {
            signal(identity, 'SIGKILL');
            await poll(gone, { timeoutMs: stopTimeoutMs, intervalMs: 30 });
        }
        await rm(this.#record(name), { force: true });
        return true;
    }

    /** A failure that shows what the process itself said last. */
    async failure(name: string, message: string, remedy: string, cause?: unknown): Promise<NetworkError> {
        return new NetworkError(message, {
            subject: name,
            logExcerpt: await tail(this.#folder.log(name), excerptLines),
            remedy,
            cause,
        });
    }

    async #spawn(launch: Launch): Promise<{ code: string | undefined }> {
        const log = await open(this.#folder.log(launch.name), 'a');
        try {
            const child = spawn(
                '/bin/sh',
                ['-c', recordAndExec, 'sh', this.#record(launch.name), launch.command, ...launch.args],
                {
                    cwd: this.#folder.node(launch.name),
                    env: launch.env,
                    detached: true,
                    stdio: ['ignore', log.fd, log.fd],
                },
            );
            const exited: { code: string | undefined } = { code: undefined };
            child.once('exit', (code, signalName) => {
                exited.code = code === null ? String(signalName) : `exit code ${String(code)}`;
            });
            child.once('error', (error) => {
                exited.code = error.message;
            });
            child.unref();
            return exited;
        } finally {
            await log.close();
        }
    }

    #record(name: string): string {
        return join(this.#folder.node(name), 'process.json');
    }
}
