import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { messageOf, NetworkError } from '../network-error.js';
import { fabricVersion, moveIntoPlace } from './build.js';
import { toolNames } from './tools.js';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export const checksumVariable = 'FABRIC_ARCHIVE_SHA256';

export function archiveUrl(): string {
    const platform = `${process.platform}-${architectures[process.arch] ?? process.arch}`;
    return `https://github.com/hyperledger/fabric/releases/download/v${fabricVersion}/hyperledger-fabric-${platform}-${fabricVersion}.tar.gz`;
}

/**
 * Takes the tools from the official archive into the cache. Fabric publishes no checksum file beside it, so the
 * user states the one they trust: an archive nobody vouched for is not run.
 */
export async function downloadInto(target: string, sha256: string, detail: (text: string) => void): Promise<void> {
    const url = archiveUrl();
    detail(`downloading ${url}`);
    const archive = await download(url);
    const found = createHash('sha256').update(archive).digest('hex');
    if (found !== sha256.toLowerCase()) {
        throw new NetworkError(`${url} has the SHA-256 ${found}, not ${sha256}.`, {
            subject: url,
            remedy: `Do not use this archive. Check ${checksumVariable}, or set FABRIC_BIN to binaries you trust.`,
        });
    }
    const partial = `${target}.${randomUUID()}.partial`;
    await mkdir(partial, { recursive: true });
    try {
        await unpackTools(archive, partial);
        await moveIntoPlace(partial, target);
    } finally {
        await rm(partial, { recursive: true, force: true });
    }
}

async function download(url: string): Promise<Buffer> {
    try {
        const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
        if (!response.ok) {
            throw new Error(`HTTP ${String(response.status)}`);
        }
        return Buffer.from(await response.arrayBuffer());
    } catch (error) {
        throw new NetworkError(`${url} cannot be downloaded: ${messageOf(error)}.`, {
            subject: url,
            remedy: 'Install Go 1.22 or newer, or set FABRIC_BIN to a folder with the Fabric 2.5 binaries.',
            cause: error,
        });
    }
}

async function unpackTools(archive: Buffer, folder: string): Promise<void> {
    const unpacking = extract();
    unpacking.on('entry', (header, content, next) => {
        const name = basename(header.name);
        if (header.type === 'file' && header.name.startsWith('bin/') && toolNames.some((tool) => tool === name)) {
            pipeline(content, createWriteStream(join(folder, name), { mode: 0o755 })).then(() => {
                next();
            }, next);
        } else {
            content.on('end', next);
            content.resume();
        }
    });
    await pipeline(Readable.from([archive]), createGunzip(), unpacking);
}
