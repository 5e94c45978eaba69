import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Written beside and moved into place: a reader, or an interrupted writer, never leaves half a file. */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.${String(process.pid)}.partial`;
    await writeFile(partial, content);
    await rename(partial, path);
}

/** The file's text, or undefined where there is no such file. */
export async function readIfPresent(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, 'utf8');
    } catch (error) {
        if (isErrno(error, 'ENOENT')) {
            return undefined;
        }
        throw error;
    }
}

export function isErrno(error: unknown, code: string): boolean {
    return error instanceof Error && 'code' in error && error.code === code;
}
