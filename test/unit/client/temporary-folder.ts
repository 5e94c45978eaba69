import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs with a folder that is gone afterwards. */
export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'commonwatt-client-'));
    try {
        await work(folder);
    } finally {
        await rm(folder, { recursive: true });
    }
}
