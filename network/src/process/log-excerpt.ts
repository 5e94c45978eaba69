import { open, stat } from 'node:fs/promises';

/** The last lines of a log, read from its end. */
export async function tail(path: string, lines: number): Promise<string> {
    const text = await readFrom(path, Math.max(0, (await sizeOf(path)) - lines * 400));
    return text
        .split('\n')
        .slice(-lines - 1)
        .join('\n')
        .trimEnd();
}

export async function sizeOf(path: string): Promise<number> {
    try {
        return (await stat(path)).size;
    } catch {
        return 0; // nothing was logged yet
    }
}

export async function readFrom(path: string, offset: number): Promise<string> {
    const length = (await sizeOf(path)) - offset;
    if (length <= 0) {
        return '';
    }
    const file = await open(path, 'r');
    try {
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, offset);
        return buffer.toString('utf8', 0, bytesRead);
    } finally {
        await file.close();
    }
}
