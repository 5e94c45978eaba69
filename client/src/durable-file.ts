import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole: after a crash it holds the old text or the new one, never a part.
 * The text is on the disk when this returns. Only the owner may read it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
    await withTemporary(path, text, (temporary) => rename(temporary, path));
}

/** Like {@link replaceFile}, for a file that must not exist yet. @throws EEXIST */
export async function createFile(path: string, text: string): Promise<void> {
    await withTemporary(path, text, async (temporary) => {
        await link(temporary, path);
        await rm(temporary);
    });
}

async function withTemporary(path: string, text: string, move: (temporary: string) => Promise<void>): Promise<void> {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}.partial`;
    try {
        await writeSynced(temporary, text);
        await move(temporary);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
    await syncFolder(folder);
}

async function writeSynced(path: string, text: string): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
        await file.writeFile(text, 'utf8');
        await file.sync();
    } finally {
        await file.close();
    }
}

/** A new name is only durable once its folder is. */
async function syncFolder(folder: string): Promise<void> {
    const handle = await open(folder, 'r');
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}
