import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { isErrno } from '../files.js';
import { NetworkError } from '../network-error.js';
import { fabricModule } from '../project.js';
import { toolNames } from './tools.js';

export const fabricVersion = '2.5.9';
const fabricCommit = '7c3876255bf0';
const fabricPackage = 'github.com/hyperledger/fabric';

const reportIntervalMs = 2_000;

// No cgo: nothing we use needs it, and a machine without a C compiler can build. The version would otherwise
// read "latest / development build".
const buildFlags = [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=-s -w -X ${fabricPackage}/common/metadata.Version=v${fabricVersion} -X ${fabricPackage}/common/metadata.CommitSHA=${fabricCommit}`,
];

export function cacheRoot(): string {
    const configured = process.env['XDG_CACHE_HOME'];
    return join(configured === undefined || configured === '' ? join(homedir(), '.cache') : configured, 'commonwatt');
}

/** Go's own name for its version, for instance "go1.24.1"; undefined where there is no Go. */
export async function goVersion(): Promise<string | undefined> {
    try {
        const { stdout } = await execa('go', ['env', 'GOVERSION'], { cwd: fabricModule });
        return stdout.trim();
    } catch {
        return undefined;
    }
}

/** The cache folder for exactly these sources, this compiler and these flags. */
export async function cacheFolder(version: string): Promise<string> {
    const hash = createHash('sha256');
    for (const file of ['go.mod', 'go.sum']) {
        hash.update(await readFile(join(fabricModule, file)));
    }
    hash.update([version, process.platform, process.arch, ...buildFlags].join('\0'));
    return join(cacheRoot(), `fabric-${hash.digest('hex').slice(0, 16)}`);
}

/** Builds the tools and moves them into the cache in one step: a cache folder is whole or absent. */
export async function buildInto(target: string, detail: (text: string) => void): Promise<void> {
    const partial = `${target}.${randomUUID()}.partial`;
    await mkdir(partial, { recursive: true });
    try {
        await compile(partial, detail);
        await moveIntoPlace(partial, target);
    } finally {
        await rm(partial, { recursive: true, force: true });
    }
}

/** Whoever else filled the same cache folder meanwhile has put the same into it. */
export async function moveIntoPlace(partial: string, target: string): Promise<void> {
    try {
        await rename(partial, target);
    } catch (error) {
        if (!(isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST')) || !existsSync(target)) {
            throw error;
        }
    }
}

async function compile(output: string, detail: (text: string) => void): Promise<void> {
    const packages = toolNames.map((tool) => `${fabricPackage}/cmd/${tool}`);
    const build = execa('go', ['build', ...buildFlags, '-v', '-o', `${output}/`, ...packages], {
        cwd: fabricModule,
        env: { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
        all: true,
    });
    let compiled = 0;
    let reportedMs = -Infinity;
    try {
        for await (const line of build.iterable({ from: 'all' })) {
            compiled += line.startsWith('go:') ? 0 : 1;
            if (performance.now() - reportedMs >= reportIntervalMs) {
                reportedMs = performance.now();
                const progress = compiled === 0 ? 'downloading modules' : `${String(compiled)} of about 810 packages`;
                detail(`building Fabric ${fabricVersion}, once: ${progress}`);
            }
        }
        await build;
    } catch (error) {
        const output = error instanceof ExecaError && typeof error.all === 'string' ? error.all : String(error);
        throw new NetworkError(`Building Fabric ${fabricVersion} with Go failed.`, {
            subject: fabricModule,
            logExcerpt: output.split('\n').slice(-12).join('\n').trim(),
            remedy: 'Go needs a module proxy (`go env GOPROXY`) and about 2 GB of disk. Or set FABRIC_BIN to a folder with the Fabric 2.5 binaries.',
            cause: error,
        });
    }
}
