import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { NetworkError, openNetwork } from '@commonwatt/network';
import { commonwatt } from '../support/commonwatt.js';
import { commonwattBin, newStateDir, requireBinaries, withOwnNetwork } from '../support/network.js';

describe('a network at rest', function () {
    this.timeout(60_000);
    const network = withOwnNetwork();
    let height: number | null;

    before(async () => {
        ({ height } = await network.up());
        await network.down();
    });

    it('names the process that took one of its ports', async () => {
        const status = await network.status();
        const port = status.processes.find((each) => each.name === 'peer-supplier')?.ports['port'] ?? 0;
        const squatter = createServer().listen(port, '127.0.0.1');
        await once(squatter, 'listening');
        try {
            const failure: unknown = await network.up().catch((error: unknown) => error);
            expect(failure).to.be.instanceOf(NetworkError);
            const { message, subject, remedy } = failure as NetworkError;
            expect(message)
                .to.contain('peer-supplier')
                .and.to.contain(`process ${String(process.pid)}`);
            expect(subject).to.equal(`127.0.0.1:${String(port)}`);
            expect(remedy).to.contain('commonwatt network up');
        } finally {
            squatter.close();
        }
        expect((await network.status()).state, 'nothing was started').to.equal('stopped');
    });

    it('leaves a stranger alone who has the pid of a dead process', async () => {
        const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
        try {
            const record = join(network.stateDir, 'nodes', 'peer-operator', 'process.json');
            const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
            await writeFile(record, JSON.stringify({ pid: stranger.pid, startTicks: 1, bootId }));
            expect((await network.status()).state).to.equal('stopped');
            expect(await network.down()).to.deep.equal([]);
            expect(stranger.exitCode).to.equal(null);
            expect(stranger.signalCode).to.equal(null);
        } finally {
            stranger.kill();
        }
    });

    it('takes over the lock of a command that was killed', async () => {
        const lock = join(network.stateDir, 'lock');
        await writeFile(lock, JSON.stringify({ pid: process.pid, startTicks: 1, bootId: 'another boot' }));
        expect(await network.down()).to.deep.equal([]);
    });

    it('may be moved', async () => {
        const moved = openNetwork({ stateDir: join(newStateDir(), 'elsewhere') });
        await rename(network.stateDir, moved.stateDir);
        try {
            expect((await moved.up()).height).to.equal(height);
            await moved.down();
        } finally {
            await rename(moved.stateDir, network.stateDir);
        }
    });
});

describe('up, killed in the middle', function () {
    this.timeout(180_000);
    before(requireBinaries);

    it('goes on from wherever the one before was killed, and finishes', async () => {
        const stateDir = newStateDir();
        const network = openNetwork({ stateDir });
        try {
            for (const step of KILLED_AFTER) {
                await killAfter(stateDir, step);
                expect((await network.status()).state, step).to.equal('incomplete');
            }
            expect((await network.up()).state).to.equal('running');
        } finally {
            await network.reset();
        }
        expect((await network.status()).state).to.equal('absent');
    });
});

/** Steps of `network up`, in their order, each of which has done something that the next one needs. */
const KILLED_AFTER = ['Certificates', 'peer-operator answers', 'Processes', 'Channel members', 'Chaincode packages'];

/** Runs `network up` and kills it, not its processes, as soon as it has reported this step. */
async function killAfter(stateDir: string, step: string): Promise<void> {
    const up = spawn(process.execPath, [commonwattBin, '--state', stateDir, 'network', 'up'], {
        stdio: ['ignore', 'ignore', 'pipe'],
    });
    for await (const line of createInterface(up.stderr)) {
        if (line.trim().startsWith(step)) {
            up.kill('SIGKILL');
        }
    }
    expect(up.signalCode ?? (await once(up, 'exit'))[1], `"${step}" was reported`).to.equal('SIGKILL');
}

describe('a program that never answers', function () {
    this.timeout(60_000);
    const folder = newStateDir();
    const entry = join(folder, 'broken-chaincode.mjs');
    const network = withOwnNetwork({ chaincodeEntry: entry });

    it('is named with what it said last, and does not pass for running', async () => {
        await writeFile(entry, "console.error('the rules are missing'); process.exit(3);");
        const failure: unknown = await network.up().catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(NetworkError);
        const { message, logExcerpt, remedy } = failure as NetworkError;
        expect(message).to.match(/^chaincode-\w+ was started, but stopped at once \(exit code 3\)/);
        expect(logExcerpt).to.contain('the rules are missing');
        expect(remedy).to.contain('commonwatt network logs chaincode-');
        const { processes } = await network.status();
        expect(processes.filter((each) => each.kind === 'chaincode' && each.running)).to.deep.equal([]);
    });
});

describe('three orderers', function () {
    this.timeout(60_000);
    const network = withOwnNetwork();

    it('belong to operator, community and supplier, and the network answers', async () => {
        const status = await network.up({ orderers: 3, channel: 'three', batchTimeoutMs: 100 });
        expect(status.state).to.equal('running');
        const orderers = status.processes.filter((each) => each.kind === 'orderer');
        expect(orderers.map((each) => [each.name, each.org])).to.deep.equal([
            ['orderer-1', 'operator'],
            ['orderer-2', 'community'],
            ['orderer-3', 'supplier'],
        ]);
    });

    it('come back after one of them was killed', async () => {
        process.kill(await network.pid('orderer-2'), 'SIGKILL');
        expect((await network.up()).state).to.equal('running');
    });

    it('leave nothing behind after a reset', async () => {
        const { processes } = await network.status();
        const { exitCode } = await commonwatt(['--state', network.stateDir, 'network', 'reset']);
        expect(exitCode).to.equal(0);
        for (const { pid } of processes) {
            expect(() => process.kill(pid ?? 0, 0)).to.throw('ESRCH');
        }
    });
});
