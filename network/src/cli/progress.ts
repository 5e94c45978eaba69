import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2';
import type { OnProgress, ProgressEvent } from '../progress.js';

export type Reporter = Readonly<{
    onProgress: OnProgress;
    /** Resolves when everything is drawn; print nothing before. */
    finish: () => Promise<void>;
}>;

/** A live list on a terminal; plain lines on stderr elsewhere, so that stdout stays the command's answer. */
export function progressReporter(json: boolean): Reporter {
    return process.stdout.isTTY && !json ? liveList() : plainLines();
}

function plainLines(): Reporter {
    return {
        onProgress: (event) => {
            const line = plainLine(event);
            if (line !== undefined) {
                process.stderr.write(`${line}\n`);
            }
        },
        finish: () => Promise.resolve(),
    };
}

function plainLine(event: ProgressEvent): string | undefined {
    switch (event.kind) {
        case 'done':
            return `${event.step}: ${event.outcome} (${seconds(event.elapsedMs)})`;
        case 'failed':
            return `${event.step}: failed (${seconds(event.elapsedMs)})`;
        case 'detail':
            return `  ${event.detail}`;
        case 'plan':
        case 'started':
            return undefined;
    }
}

type Drawn = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;
type Pending = { promise: Promise<string>; resolve: (outcome: string) => void; reject: (error: Error) => void };

function liveList(): Reporter {
    const pending = new Map<string, Pending>();
    const drawn = new Map<string, Drawn>();
    let list: Promise<unknown> = Promise.resolve();
    const draw = (steps: readonly string[]): void => {
        for (const step of steps) {
            pending.set(step, deferred());
        }
        const tasks = steps.map((step) => ({
            title: step,
            task: async (_context: unknown, task: Drawn) => {
                drawn.set(step, task);
                task.title = `${step}: ${(await pending.get(step)?.promise) ?? ''}`;
            },
        }));
        // The failure itself is reported by whoever runs the steps.
        list = new Listr(tasks).run().catch(() => undefined);
    };
    const onProgress: OnProgress = (event) => {
        switch (event.kind) {
            case 'plan':
                draw(event.steps);
                break;
            case 'detail': {
                const task = drawn.get(event.step);
                if (task !== undefined) {
                    task.output = event.detail;
                }
                break;
            }
            case 'done':
                pending.get(event.step)?.resolve(`${event.outcome} (${seconds(event.elapsedMs)})`);
                break;
            case 'failed':
                pending.get(event.step)?.reject(event.error);
                break;
            case 'started':
                break;
        }
    };
    return { onProgress, finish: () => list.then(() => undefined) };
}

function deferred(): Pending {
    let resolve: Pending['resolve'] = () => undefined;
    let reject: Pending['reject'] = () => undefined;
    const promise = new Promise<string>((onResolve, onReject) => {
        resolve = onResolve;
        reject = onReject;
    });
    promise.catch(() => undefined); // a step that fails before it is drawn
    return { promise, resolve, reject };
}

function seconds(elapsedMs: number): string {
    return `${(elapsedMs / 1000).toFixed(1)} s`;
}
