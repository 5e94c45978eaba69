/** A value as JSON: amounts as decimal strings, like on the wire. */
export const jsonText = (value: unknown, indent?: number): string =>
    JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member), indent);

export function printLine(text: string): void {
    process.stdout.write(`${text}\n`);
}

/** Columns padded to their widest cell; those from `numbersFrom` on stand to the right. */
export function table(rows: readonly (readonly string[])[], numbersFrom = Infinity): string[] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    return rows.map((row) =>
        row
            .map((cell, column) => {
                const width = widths[column] ?? 0;
                return column < numbersFrom ? cell.padEnd(width) : cell.padStart(width);
            })
            .join('  ')
            .trimEnd(),
    );
}
