import { open, readFile } from 'node:fs/promises';

/** A step as somebody was told that it is on the ledger; `null` where it was found there. */
export type Acknowledged = Readonly<{
    act: string;
    transactionId: string | null;
    blockNumber: number | null;
}>;

/** Writes an acknowledgement; it is on the disc when this returns. */
export async function acknowledge(path: string, done: Acknowledged): Promise<void> {
    const file = await open(path, 'a');
    try {
        await file.writeFile(`${JSON.stringify(done)}\n`);
        await file.sync();
    } finally {
        await file.close();
    }
}

/** Every acknowledgement so far. A last line that a killed writer left torn was never acknowledged. */
export async function acknowledged(path: string): Promise<readonly Acknowledged[]> {
    return (await wholeLines(path)).map((line) => JSON.parse(line) as Acknowledged);
}

export async function wholeLines(path: string): Promise<readonly string[]> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return '';
        }
        throw error;
    });
    return text.split('\n').slice(0, -1);
}
