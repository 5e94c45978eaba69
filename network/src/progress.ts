/** What `up` and its like tell whoever watches: the plan first, then each step as it goes. */
export type ProgressEvent =
    | Readonly<{ kind: 'plan'; steps: readonly string[] }>
    | Readonly<{ kind: 'started'; step: string }>
    | Readonly<{ kind: 'detail'; step: string; detail: string }>
    | Readonly<{ kind: 'done'; step: string; outcome: string; elapsedMs: number }>
    | Readonly<{ kind: 'failed'; step: string; error: Error; elapsedMs: number }>;

export type OnProgress = (event: ProgressEvent) => void;

/** One step: says how it goes and returns in a few words what it found or did. */
export type Step = Readonly<{
    title: string;
    run: (detail: (text: string) => void) => Promise<string>;
}>;

export async function runSteps(steps: readonly Step[], onProgress: OnProgress): Promise<void> {
    onProgress({ kind: 'plan', steps: steps.map((step) => step.title) });
    for (const { title, run } of steps) {
        const startedMs = performance.now();
        onProgress({ kind: 'started', step: title });
        try {
            const outcome = await run((detail) => {
                onProgress({ kind: 'detail', step: title, detail });
            });
            onProgress({ kind: 'done', step: title, outcome, elapsedMs: performance.now() - startedMs });
        } catch (thrown) {
            const error = thrown instanceof Error ? thrown : new Error(String(thrown));
            onProgress({ kind: 'failed', step: title, error, elapsedMs: performance.now() - startedMs });
            throw error;
        }
    }
}
