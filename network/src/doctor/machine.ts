import { existsSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { goVersion, cacheRoot } from '../binaries/build.js';
import { findBinaries } from '../binaries/resolve.js';
import { messageOf, NetworkError } from '../network-error.js';
import { builtChaincode } from '../project.js';
import type { StateFolder } from '../state-folder.js';
import { failure, fine, warning, type Finding } from './finding.js';

const mebibyte = 1024 * 1024;
const diskNeededMiB = 500;
const diskComfortableMiB = 3000;

export function examineSystem(): Finding {
    return existsSync('/proc/self/stat')
        ? fine('system', `${process.platform} ${process.arch}`)
        : failure(
              'system',
              'processes are recognised through /proc, which is not here.',
              'use Linux, or WSL 2 on Windows',
          );
}

export function examineNode(): Finding {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    return major > 20 || (major === 20 && minor >= 19)
        ? fine('Node', process.versions.node)
        : failure('Node', `${process.versions.node} is too old.`, 'install Node 20.19 or newer');
}

export async function examineGo(): Promise<Finding> {
    const version = await goVersion();
    if (version !== undefined) {
        return fine('Go', version);
    }
    const found = await findBinaries().catch(() => undefined);
    return found === undefined
        ? failure('Go', 'absent, and the Fabric binaries must be built.', 'install Go 1.22 or newer, or set FABRIC_BIN')
        : fine('Go', 'absent, and not needed: the Fabric binaries are there');
}

export async function examineBinaries(): Promise<Finding> {
    try {
        const found = await findBinaries();
        return found === undefined
            ? warning('binaries', 'not there yet.', '`commonwatt network up` builds them once, in one to two minutes')
            : fine('binaries', `Fabric ${found.version} from ${found.source}, ${dirname(found.tools.peer)}`);
    } catch (error) {
        const fix = error instanceof NetworkError ? error.remedy : 'check FABRIC_BIN';
        return failure('binaries', messageOf(error), fix);
    }
}

export function examineBuild(): Finding {
    const entry = builtChaincode();
    return existsSync(entry)
        ? fine('chaincode', entry)
        : failure('chaincode', `${entry} is missing.`, 'run `npm run build` in the project folder');
}

export async function examineLoopback(): Promise<Finding> {
    const addresses = await lookup('localhost', { all: true }).catch(() => []);
    return addresses.some(({ address }) => address === '127.0.0.1')
        ? fine('loopback', 'localhost is 127.0.0.1')
        : failure('loopback', 'localhost is not 127.0.0.1.', 'add "127.0.0.1 localhost" to /etc/hosts');
}

export async function examineDisk(folder: StateFolder): Promise<Finding> {
    const places = [nearestExisting(folder.root), nearestExisting(cacheRoot())];
    const freeMiB = await Promise.all(
        places.map(async (place) => {
            const { bavail, bsize } = await statfs(place);
            return Math.floor((bavail * bsize) / mebibyte);
        }),
    );
    const least = Math.min(...freeMiB);
    const place = places[freeMiB.indexOf(least)] ?? folder.root;
    const finding = `${String(least)} MiB free at ${place}`;
    if (least < diskNeededMiB) {
        return failure('disk', `${finding}.`, `free at least ${String(diskNeededMiB)} MiB there`);
    }
    return least < diskComfortableMiB
        ? warning('disk', `${finding}.`, 'building the binaries takes 2 GB, a busy day of ledger 1 GB')
        : fine('disk', finding);
}

function nearestExisting(path: string): string {
    return existsSync(path) ? path : nearestExisting(dirname(path));
}
