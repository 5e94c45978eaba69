import { readFileSync } from 'node:fs';
import { isErrno } from '../files.js';

/**
 * A process for certain. A pid alone is not: the kernel gives it out again, and whatever holds it then must never
 * be stopped in the place of ours. Start time and boot make it unique.
 */
export type ProcessIdentity = Readonly<{
    pid: number;
    /** Clock ticks from boot to start: field 22 of /proc/PID/stat. */
    startTicks: number;
    bootId: string;
}>;

export function identityOf(pid: number): ProcessIdentity | undefined {
    const stat = readProc(`/proc/${String(pid)}/stat`);
    if (stat === undefined) {
        return undefined;
    }
    // The command name, in brackets, may itself contain blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    if (state === 'Z' || state === 'X') {
        return undefined; // dead, only not yet collected by its parent
    }
    return { pid, startTicks: Number(fields[19]), bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
    const current = identityOf(identity.pid);
    return current?.startTicks === identity.startTicks && current.bootId === identity.bootId;
}

/** Signals the process only if it still is the one that was recorded. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
    if (!isAlive(identity)) {
        return false;
    }
    try {
        process.kill(identity.pid, name);
        return true;
    } catch (error) {
        if (isErrno(error, 'ESRCH')) {
            return false;
        }
        throw error;
    }
}

/** The command line of a process, for telling a person who it is. */
export function commandOf(pid: number): string {
    return (readProc(`/proc/${String(pid)}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

export function parseIdentity(text: string | undefined): ProcessIdentity | undefined {
    if (text === undefined) {
        return undefined;
    }
    try {
        const { pid, startTicks, bootId: boot } = JSON.parse(text) as Record<keyof ProcessIdentity, unknown>;
        if (typeof pid === 'number' && typeof startTicks === 'number' && typeof boot === 'string') {
            return { pid, startTicks, bootId: boot };
        }
    } catch {
        // Not JSON: the same as no record.
    }
    return undefined;
}

function bootId(): string {
    return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readProc(path: string): string | undefined {
    try {
        return readFileSync(path, 'utf8');
    } catch {
        return undefined; // gone, or not ours to read
    }
}
