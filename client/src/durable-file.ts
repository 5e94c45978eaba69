import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole: after a crash it holds the old content or the new one, never a part.
 * The content is on the disk when this returns. Only the owner may read it.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
    await withTemporary(path, content, (temporary) => rename(temporary, path));
}

/** Like {@link replaceFile}, for a file that must not exist yet. @throws EEXIST */
export async function createFile(path: string, content: string | Uint8Array): Promise<void> {
    await withTemporary(path, content, async (temporary) => {
        await link(temporary, path);
        await rm(temporary);
    });
}

async function withTemporary(
    path: string,
    content: string | Uint8Array,
    move: (temporary: string) => Promise<void>,
): Promise<void> {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}.partial`;
    try {
        await writeSynced(temporary, content);
        await move(temporary);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
    await syncFolder(folder);
}

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
        await file.writeFile(content);
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
