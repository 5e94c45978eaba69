import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type LockFile, shrinkwrapOf } from '@commonwatt/chaincode/packaging/shrinkwrap';
import { PACKAGES, stageChaincodes } from '@commonwatt/chaincode/packaging/stage';
import { expect } from 'chai';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
}

/** Starts a staged package with npm in a process group of its own and ends that group afterwards. */
async function whileRunning(
    folder: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
    check: (output: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
    const child = spawn('npm', ['start', '--silent', ...args], {
        cwd: folder,
        env: { ...process.env, ...variables, NODE_NO_WARNINGS: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
    });
    const ended = once(child, 'close');
    try {
        await check(child.stdout);
    } finally {
        if (child.pid !== undefined && child.exitCode === null) {
            process.kill(-child.pid, 'SIGTERM');
        }
        child.stdout.destroy();
        await ended;
    }
}

describe('a staged chaincode', function () {
    this.timeout(120_000);
    let folder: string;

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'commonwatt-staged-'));
        await stageChaincodes(folder);
        await Promise.all(
            PACKAGES.map((name) =>
                run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'], {
                    cwd: join(folder, name),
                }),
            ),
        );
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const name of PACKAGES) {
        const other = name === 'exchange' ? 'supervision' : 'exchange';

        it(`${name} installs alone, without the other and without tools`, async () => {
            expect(await readdir(join(folder, name, 'dist')))
                .to.include(name)
                .and.not.to.include(other);
            const installed = await readdir(join(folder, name, 'node_modules'));
            expect(installed).to.include.members(['fabric-shim', 'zod']);
            for (const tool of ['mocha', 'typescript', 'eslint', '@commonwatt']) {
                expect(installed).not.to.include(tool);
            }
        });

        it(`${name} serves as an external service`, async () => {
            const port = await freePort();
            const variables = { CHAINCODE_ID: `${name}:1`, CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${port}` };
            await whileRunning(join(folder, name), [], variables, async (output) => {
                for await (const chunk of output) {
                    expect(chunk.toString()).to.contain('{"ready":true}');
                    break;
                }
                const socket = connect(port, '127.0.0.1');
                await once(socket, 'connect');
                socket.destroy();
            });
        });

        it(`${name} dials the peer that started it`, async () => {
            const peer = createServer().listen(0, '127.0.0.1');
            await once(peer, 'listening');
            const { port } = peer.address() as AddressInfo;
            const args = ['--', '--peer.address', `127.0.0.1:${port}`];
            const variables = { CORE_CHAINCODE_ID_NAME: `${name}:1`, CORE_CHAINCODE_LOGGING_SHIM: 'critical' };
            await whileRunning(join(folder, name), args, variables, async () => {
                const [socket] = (await once(peer, 'connection')) as [{ destroy: () => void }];
                socket.destroy();
            });
            peer.close();
        });

        it(`${name} says what it misses`, async () => {
            const start = run('node', ['dist/main.js'], {
                cwd: join(folder, name),
                env: { PATH: process.env['PATH'] },
            });
            const failure = (await start.catch((error: unknown) => error)) as { stderr?: string; code?: number };
            expect(failure.stderr).to.contain('CHAINCODE_ID is not set');
            expect(failure.code).to.equal(1);
        });
    }

    it('has the versions of the workspace and the address of no registry', async () => {
        const lock = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as LockFile;
        for (const name of PACKAGES) {
            const text = await readFile(join(folder, name, 'npm-shrinkwrap.json'), 'utf8');
            expect(text).not.to.match(/https?:|"resolved"/);
            const { packages } = JSON.parse(text) as LockFile;
            for (const [place, { version, integrity }] of Object.entries(packages).filter(([key]) => key !== '')) {
                expect(integrity, place).to.be.a('string');
                const versions = [`chaincode/${place}`, place].map((key) => lock.packages[key]?.version);
                expect(versions, place).to.include(version);
            }
        }
    });

    it('names no machine', async () => {
        for (const name of PACKAGES) {
            const root = join(folder, name, 'dist');
            for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
                if (entry.isFile()) {
                    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
                    expect(text.includes(repository) || text.includes(homedir() + '/'), entry.name).to.equal(false);
                }
            }
        }
    });
});

describe('a shrinkwrap', () => {
    const manifest = { name: 'x', version: '1.0.0', dependencies: { a: '1.0.0' } };
    const lockOf = (packages: LockFile['packages']): LockFile => ({ lockfileVersion: 3, packages });

    it('takes what the member needs, hoisted as it was', () => {
        const lock = lockOf({
            '': {},
            'member/node_modules/a': { version: '1.0.0', dependencies: { b: '2' }, resolved: 'somewhere', dev: true },
            'node_modules/a': { version: '9.0.0' },
            'node_modules/b': { version: '2.0.0', dependencies: { c: '3' }, optionalDependencies: { none: '1' } },
            'node_modules/b/node_modules/c': { version: '3.0.0', peerDependencies: { b: '2' } },
            'node_modules/c': { version: '4.0.0' },
            'node_modules/unused': { version: '1.0.0' },
        });
        expect(Object.entries(shrinkwrapOf(lock, 'member', manifest).packages).slice(1)).to.deep.equal([
            ['node_modules/a', { version: '1.0.0', dependencies: { b: '2' } }],
            ['node_modules/b', { version: '2.0.0', dependencies: { c: '3' }, optionalDependencies: { none: '1' } }],
            ['node_modules/b/node_modules/c', { version: '3.0.0', peerDependencies: { b: '2' } }],
        ]);
    });

    it('is refused where the lock file has a gap or two versions at one place', () => {
        expect(() => shrinkwrapOf(lockOf({}), 'member', manifest)).to.throw('the lock file has no a');
        const two = lockOf({
            'member/node_modules/a': { version: '1.0.0', dependencies: { b: '2' } },
            'node_modules/b': { version: '2.0.0', dependencies: { a: '9' } },
            'node_modules/a': { version: '9.0.0' },
        });
        expect(() => shrinkwrapOf(two, 'member', manifest)).to.throw('two versions at node_modules/a');
    });
});
