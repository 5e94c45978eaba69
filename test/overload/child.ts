import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the trial that is asked one question at a time. */
export class Child<Question, Answer> {
    readonly #child: ChildProcess;

    private constructor(child: ChildProcess) {
        this.#child = child;
    }

    /** Starts a program of this folder and waits until it is ready. */
    static async start<Question, Answer>(program: string, argument: string): Promise<Child<Question, Answer>> {
        const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
        const child = new Child<Question, Answer>(fork(file, [argument], { execArgv: ['--enable-source-maps'] }));
        await child.#message();
        return child;
    }

    async ask(question: Question): Promise<Answer> {
        const answer = this.#message();
        this.#child.send(question as object);
        return (await answer) as Answer;
    }

    stop(): void {
        this.#child.kill('SIGKILL');
    }

    async #message(): Promise<unknown> {
        return await new Promise((resolve, reject) => {
            const ended = (code: number | null): void => {
                reject(new Error(`a process of the trial ended with ${String(code)}`));
            };
            this.#child.once('exit', ended);
            this.#child.once('message', (message) => {
                this.#child.off('exit', ended);
                resolve(message);
            });
        });
    }
}
