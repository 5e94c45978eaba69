import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { NetworkError } from '../network-error.js';
import { buildInto, cacheFolder, fabricVersion, goVersion } from './build.js';
import { archiveUrl, checksumVariable, downloadInto } from './release.js';
import { toolNames, type Binaries } from './tools.js';

type Tools = Binaries['tools'];

const releaseKey = 'official release';

/** Finds the Fabric tools without building anything; undefined when only a build or a download would give them. */
export async function findBinaries(): Promise<Binaries | undefined> {
    return (await fromVariable()) ?? (await fromPath()) ?? (await fromCache());
}

/**
 * An explicit FABRIC_BIN, else PATH, else the project's cache, else built once with Go, else the official archive.
 * Only an explicit choice that does not hold is an error; the rest falls through to the next.
 */
export async function resolveBinaries(detail: (text: string) => void): Promise<Binaries> {
    const found = await findBinaries();
    if (found !== undefined) {
        return found;
    }
    const go = await goVersion();
    if (go !== undefined) {
        const folder = await cacheFolder(go);
        await buildInto(folder, detail);
        return inFolder(folder, 'built');
    }
    const sha256 = process.env[checksumVariable];
    if (sha256 !== undefined && sha256 !== '') {
        const folder = await cacheFolder(releaseKey);
        await downloadInto(folder, sha256, detail);
        return inFolder(folder, 'release');
    }
    throw new NetworkError('There are no Fabric 2.5 binaries on this machine, and no Go to build them.', {
        subject: toolNames.join(', '),
        remedy: `Install Go 1.22 or newer (\`up\` then builds them once), or set FABRIC_BIN to a folder that holds them, or set ${checksumVariable} to the SHA-256 of ${archiveUrl()}.`,
    });
}

async function fromVariable(): Promise<Binaries | undefined> {
    const named = process.env['FABRIC_BIN'];
    if (named === undefined || named === '') {
        return undefined;
    }
    const folder = resolve(named);
    const missing = toolNames.filter((tool) => !isExecutable(join(folder, tool)));
    if (missing.length > 0) {
        throw new NetworkError(`FABRIC_BIN is ${folder}, which lacks ${missing.join(', ')}.`, {
            subject: 'FABRIC_BIN',
            remedy: 'Point FABRIC_BIN at a folder with all Fabric 2.5 binaries, or unset it.',
        });
    }
    const tools = toolsIn(folder);
    const version = await versionOf(tools.peer);
    if (!isSupported(version)) {
        throw new NetworkError(`FABRIC_BIN is ${folder}, whose peer has version ${version}, not 2.5.`, {
            subject: 'FABRIC_BIN',
            remedy: 'Point FABRIC_BIN at Fabric 2.5 binaries, or unset it.',
        });
    }
    return { source: 'FABRIC_BIN', version, tools };
}

async function fromPath(): Promise<Binaries | undefined> {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
    // All from one folder: tools of different installations need not fit together.
    const folder = folders.find((candidate) => toolNames.every((tool) => isExecutable(join(candidate, tool))));
    if (folder === undefined) {
        return undefined;
    }
    const tools = toolsIn(resolve(folder));
    const version = await versionOf(tools.peer);
    return isSupported(version) ? { source: 'PATH', version, tools } : undefined;
}

async function fromCache(): Promise<Binaries | undefined> {
    for (const maker of [await goVersion(), releaseKey]) {
        const folder = maker === undefined ? undefined : await cacheFolder(maker);
        if (folder !== undefined && existsSync(folder)) {
            return inFolder(folder, 'cache');
        }
    }
    return undefined;
}

function inFolder(folder: string, source: Binaries['source']): Binaries {
    return { source, version: `v${fabricVersion}`, tools: toolsIn(folder) };
}

function toolsIn(folder: string): Tools {
    return Object.fromEntries(toolNames.map((tool) => [tool, join(folder, tool)])) as Tools;
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

async function versionOf(peer: string): Promise<string> {
    try {
        const { stdout } = await execa(peer, ['version'], { timeout: 10_000 });
        return /^\s*Version: *(\S+)/m.exec(stdout)?.[1] ?? 'unknown';
    } catch {
        return 'unknown';
    }
}

function isSupported(version: string): boolean {
    return /^v?2\.5\./.test(version);
}
