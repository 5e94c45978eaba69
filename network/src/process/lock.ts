import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno, readIfPresent } from '../files.js';
import { NetworkError } from '../network-error.js';
import { commandOf, identityOf, isAlive, parseIdentity } from './identity.js';

/** Runs the action while holding the one lock of a network. A lock whose holder is dead does not count. */
export async function withLock<T>(lockFile: string, action: () => Promise<T>): Promise<T> {
    await mkdir(dirname(lockFile), { recursive: true });
    await acquire(lockFile);
    try {
        return await action();
    } finally {
        await rm(lockFile, { force: true });
    }
}

async function acquire(lockFile: string): Promise<void> {
    const claim = `${lockFile}.${String(process.pid)}`;
    await writeFile(claim, JSON.stringify(identityOf(process.pid)));
    try {
        // link() either creates the lock with its content or fails: it is never seen empty.
        while (!(await tryLink(claim, lockFile))) {
            await removeStale(lockFile);
        }
    } finally {
        await rm(claim, { force: true });
    }
}

async function tryLink(claim: string, lockFile: string): Promise<boolean> {
    try {
        await link(claim, lockFile);
        return true;
    } catch (error) {
        if (isErrno(error, 'EEXIST')) {
            return false;
        }
        throw error;
    }
}

async function removeStale(lockFile: string): Promise<void> {
    const holder = parseIdentity(await readIfPresent(lockFile));
    if (holder !== undefined && isAlive(holder)) {
        throw new NetworkError(
            `Another command works on this network: process ${String(holder.pid)} (${commandOf(holder.pid).slice(0, 120)}).`,
            { subject: lockFile, remedy: 'Wait until it ends, or stop it, and try again.' },
        );
    }
    // Moving is atomic: of several who find the same dead holder, one removes it and the others look again.
    const stale = `${lockFile}.stale.${String(process.pid)}`;
    try {
        await rename(lockFile, stale);
        const moved = parseIdentity(await readIfPresent(stale));
        if (moved !== undefined && isAlive(moved)) {
            await tryLink(stale, lockFile); // someone took the lock between our look and our move: theirs again
        }
        await rm(stale, { force: true });
    } catch (error) {
        if (!isErrno(error, 'ENOENT')) {
            throw error;
        }
    }
}
