import { NetworkError } from '../network-error.js';

export function printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, null, 4)}\n`);
}

export function printLine(text: string): void {
    process.stdout.write(`${text}\n`);
}

/** Says what happened, to what, and what to do next; with --json as one object on stdout. */
export function printFailure(error: unknown, json: boolean): void {
    const failure = describe(error);
    if (json) {
        printJson({ error: failure });
        return;
    }
    const excerpt = failure.logExcerpt?.split('\n').map((line) => `    ${line}`) ?? [];
    const lines = [
        `error: ${failure.message}`,
        ...(excerpt.length > 0 ? [`  ${failure.subject ?? 'it'} said last:`, ...excerpt] : []),
        ...(failure.remedy === undefined ? [] : [`  What to do: ${failure.remedy}`]),
    ];
    process.stderr.write(`${lines.join('\n')}\n`);
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join('  ')
                .trimEnd(),
        )
        .join('\n');
}

type Failure = { message: string; subject?: string; remedy?: string; logExcerpt?: string };

function describe(error: unknown): Failure {
    if (error instanceof NetworkError) {
        const { message, subject, remedy, logExcerpt } = error;
        return { message, subject, remedy, ...(logExcerpt ? { logExcerpt } : {}) };
    }
    // Not foreseen, so the place in the program is the best that can be said.
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
