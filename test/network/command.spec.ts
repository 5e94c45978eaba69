import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { newStateDir, withNetwork } from '../support/network.js';

const verbs = [
    'up',
    'down',
    'status',
    'logs',
    'restart',
    'reset',
    'pid',
    'env',
    'binaries',
    'add-peer',
    'remove-peer',
    'upgrade',
];

async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
}

const ANSWER = /'[^']*'/;

/** What the process behind an inspector says of an expression, asked with Node's own debugger. */
async function evaluated(port: number, expression: string): Promise<string> {
    const debug = spawn(process.execPath, ['inspect', `127.0.0.1:${port}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    for await (const text of debug.stdout.setEncoding('utf8')) {
        said += text as string;
        if (said.endsWith('debug> ') && !said.includes('exec')) {
            said += 'exec';
            debug.stdin.write(`exec(${JSON.stringify(expression)})\n`);
        }
        if (!debug.stdin.writableEnded && ANSWER.test(said)) {
            debug.stdin.end('.exit\n');
        }
    }
    return ANSWER.exec(said)?.[0] ?? said;
}

describe('commonwatt network', function () {
    this.timeout(60_000);
    const network = withNetwork();
    const run = (...args: string[]): ReturnType<typeof commonwatt> =>
        commonwatt(['--state', network().stateDir, 'network', ...args]);

    for (const verb of verbs) {
        it(`${verb} --help tells its options`, async () => {
            const { stdout, exitCode } = await run(verb, '--help');
            expect(stdout).to.contain(`commonwatt network ${verb}`).and.to.contain('--json');
            expect(exitCode).to.equal(0);
        });
    }

    it('status and pid agree', async () => {
        const status = JSON.parse((await run('status', '--json')).stdout) as {
            processes: { name: string; pid: number }[];
        };
        const [first] = status.processes;
        expect((await run('pid', first?.name ?? '')).stdout).to.equal(String(first?.pid));
    });

    it('restart gives a process a new pid, and another program until the next start', async () => {
        const before = (await run('pid', 'chaincode-regulator')).stdout;
        const { stdout } = await run('restart', 'chaincode-regulator', '--json');
        expect(JSON.parse(stdout)).to.have.property('pid').that.does.not.equal(Number(before));
        const missing = await run('restart', 'chaincode-regulator', '--entry', '/no/such/file.js');
        expect(missing.exitCode).to.equal(1);
        expect(missing.stderr).to.contain('/no/such/file.js is missing');
        await network().up();
    });

    it('lets a debugger into a chaincode process, on a free port of this machine, until the next start', async () => {
        const port = await freePort();
        expect((await run('restart', 'chaincode-supplier', '--inspect', String(port))).exitCode).to.equal(0);
        const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { url: string }[];
        expect(listed.map(({ url }) => url).join()).to.match(/chaincode\/dist\/server\.js$/);
        expect(await evaluated(port, 'process.env.CORE_PEER_LOCALMSPID')).to.equal("'SupplierMSP'");
        const taken = await run('restart', 'chaincode-operator', '--inspect', String(port));
        expect(taken.exitCode).to.equal(1);
        expect(taken.stderr).to.contain(`port 127.0.0.1:${port} is taken by process`);
        expect((await run('restart', 'peer-supplier', '--inspect', String(port))).exitCode).to.equal(1);
        expect((await run('restart', 'chaincode-supplier')).exitCode).to.equal(0);
        await network().up();
        expect(await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => 'nobody')).to.equal('nobody');
    });

    it('says what it does not know, and what it knows', async () => {
        const { stderr, exitCode } = await run('pid', 'peer-nobody');
        expect(exitCode).to.equal(1);
        expect(stderr).to.contain('There is no process "peer-nobody"').and.to.contain('peer-regulator');
        const json = JSON.parse((await run('env', 'nobody', '--json')).stdout) as { error: { remedy: string } };
        expect(json.error.remedy).to.contain('operator, community, supplier, regulator');
    });

    it('doctor finds a running network sound', async () => {
        const { stdout, exitCode } = await commonwatt(['--state', network().stateDir, 'doctor', '--json']);
        const { findings } = JSON.parse(stdout) as { findings: { state: string }[] };
        expect(findings.filter((each) => each.state === 'error')).to.deep.equal([]);
        expect(exitCode).to.equal(0);
    });
});

describe('the Fabric binaries', function () {
    this.timeout(30_000);
    let folder: string;

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'commonwatt-bin-'));
    });
    after(() => rm(folder, { recursive: true }));

    const binaries = (env: Record<string, string>): ReturnType<typeof commonwatt> =>
        commonwatt(['network', 'binaries', '--json'], { XDG_CACHE_HOME: folder, FABRIC_BIN: '', ...env });

    it('named by FABRIC_BIN must all be there', async () => {
        const { stdout, exitCode } = await binaries({ FABRIC_BIN: folder });
        expect(stdout).to.contain('which lacks peer, orderer, cryptogen, configtxgen, configtxlator, osnadmin');
        expect(exitCode).to.equal(1);
    });

    it('named by FABRIC_BIN must have version 2.5', async () => {
        await pretend('v2.4.9');
        expect((await binaries({ FABRIC_BIN: folder })).stdout).to.contain('version v2.4.9, not 2.5');
        await pretend('2.5.16');
        expect(JSON.parse((await binaries({ FABRIC_BIN: folder })).stdout)).to.include({ version: '2.5.16' });
    });

    it('on PATH are taken if they have version 2.5', async () => {
        await pretend('2.5.12');
        const { stdout } = await binaries({ PATH: folder });
        expect(JSON.parse(stdout)).to.include({ source: 'PATH', version: '2.5.12' });
    });

    it('are asked for where there are none and no Go', async () => {
        await pretend('2.4.0');
        const { stdout } = await binaries({ PATH: folder, FABRIC_ARCHIVE_SHA256: '' });
        expect(stdout).to.contain('Install Go 1.22 or newer').and.to.contain('FABRIC_BIN');
    });

    it('are missed at once by `up`, which leaves nothing running', async () => {
        const state = newStateDir();
        const env = {
            PATH: join(folder, 'nothing'),
            XDG_CACHE_HOME: folder,
            FABRIC_BIN: '',
            FABRIC_ARCHIVE_SHA256: '',
        };
        const { stderr, exitCode } = await commonwatt(['--state', state, 'network', 'up'], env);
        expect(exitCode).to.equal(1);
        expect(stderr).to.contain('Fabric binaries: failed').and.to.contain('What to do');
    });

    async function pretend(version: string): Promise<void> {
        for (const tool of ['peer', 'orderer', 'cryptogen', 'configtxgen', 'configtxlator', 'osnadmin']) {
            await writeFile(join(folder, tool), `#!/bin/sh\necho ' Version: ${version}'\n`);
            await chmod(join(folder, tool), 0o755);
        }
    }
});
