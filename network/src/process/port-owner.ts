import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandOf } from './identity.js';

const listening = '0A';

/** The process that listens on a port of this machine, as far as /proc lets us see it. */
export function ownerOfPort(port: number): { pid: number; command: string } | undefined {
    const inodes = new Set([...inodesOf('/proc/net/tcp', port), ...inodesOf('/proc/net/tcp6', port)]);
    if (inodes.size === 0) {
        return undefined;
    }
    for (const entry of readdirSync('/proc')) {
        if (/^\d+$/.test(entry) && holdsSocket(entry, inodes)) {
            return { pid: Number(entry), command: commandOf(Number(entry)) };
        }
    }
    return undefined;
}

function inodesOf(table: string, port: number): string[] {
    let text: string;
    try {
        text = readFileSync(table, 'utf8');
    } catch {
        return []; // no such address family here
    }
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    return text
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[1]?.endsWith(suffix) === true && fields[3] === listening)
        .flatMap((fields) => fields[9] ?? []);
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
    const folder = `/proc/${pid}/fd`;
    try {
        return readdirSync(folder).some((fd) => {
            const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1];
            return inode !== undefined && inodes.has(inode);
        });
    } catch {
        return false; // ended meanwhile, or another user's
    }
}
