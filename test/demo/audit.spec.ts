import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { Auditor } from '@commonwatt/client/auditor/auditor';
import { blocksOfPeer } from '@commonwatt/client/auditor/block-source';
import type { Finding } from '@commonwatt/client/auditor/finding';
import { expect } from 'chai';
import { type Answer, commonwatt } from '../support/commonwatt.js';
import { withKeptDemo } from '../support/kept-demo.js';
import { withMarket } from '../support/market.js';
import { newStateDir } from '../support/network.js';
import { invokeWithPeerCli } from '../support/peer-cli.js';

type Report = Readonly<{
    fromBlock: number;
    nextBlock: number;
    blocks: number;
    transactions: number;
    reproduced: number;
    signatures: number;
    findings: readonly Finding[];
}>;

describe('audit run', function () {
    this.timeout(60_000);
    const demo = withKeptDemo();
    let blocks: string;
    before(async () => {
        blocks = join(newStateDir(), 'blocks');
        const { exitCode, stderr } = await run(`block save --out ${blocks} --org community`);
        expect(exitCode, stderr).to.equal(0);
    });

    const run = (line: string): Promise<Answer> => commonwatt(['--state', demo().stateDir, ...line.split(' ')]);
    async function audit(line: string, expectedExit: number): Promise<Report> {
        const { exitCode, stdout, stderr } = await run(`audit run --org regulator --json ${line}`.trim());
        expect(exitCode, stdout + stderr).to.equal(expectedExit);
        return JSON.parse(stdout) as Report;
    }
    const found = ({ findings }: Report): string[] =>
        findings.map(({ code, blockNumber }) => `${code} ${String(blockNumber)}`);

    /** A copy of the saved blocks, one of them changed. */
    async function changed(number: number, change: (file: string) => Promise<void>): Promise<string> {
        const copy = join(newStateDir(), 'blocks');
        await cp(blocks, copy, { recursive: true });
        await change(join(copy, `${String(number)}.block`));
        return copy;
    }

    /** Number of a block in the midst of the day's trade. */
    const middle = (): number => Math.floor(demo().json.height / 2);

    it('finds nothing wrong in an hour of the community, and runs every transaction again', async () => {
        const report = await audit('', 0);
        expect(report.findings).to.deep.equal([]);
        expect(report.nextBlock).to.be.at.least(demo().json.height);
        expect(report.reproduced).to.be.greaterThan(500);
        expect(report.signatures).to.be.greaterThan(4 * report.reproduced);
    });

    it('comes to the same from saved blocks, without a peer', async () => {
        const report = await audit(`--blocks ${blocks}`, 0);
        expect(report.findings).to.deep.equal([]);
        expect(report.blocks).to.be.at.least(demo().json.height);
    });

    it('goes on where a checkpoint says', async () => {
        const checkpoint = join(newStateDir(), 'audit.json');
        const half = await changed(middle(), async (file) => {
            const height = demo().json.height + 50;
            for (let number = middle(); number < height; number += 1) {
                await rm(join(file, '..', `${String(number)}.block`), { force: true });
            }
        });
        const first = await audit(`--blocks ${half} --checkpoint ${checkpoint}`, 0);
        expect(first.nextBlock).to.equal(middle());
        const rest = await audit(`--blocks ${blocks} --checkpoint ${checkpoint}`, 0);
        expect(rest.fromBlock).to.equal(middle());
        const whole = await audit(`--blocks ${blocks}`, 0);
        expect({ ...rest, fromBlock: 0 }).to.deep.equal(whole);
        const torn = (await readFile(checkpoint, 'utf8')).replace(/"lastHash":"./, '"lastHash":"x');
        await writeFile(checkpoint, torn);
        const { stdout } = await run(`audit run --org regulator --json --blocks ${blocks} --checkpoint ${checkpoint}`);
        expect(stdout).to.contain('CHECKPOINT_INVALID');
    });

    it('finds one flipped byte, wherever it is in the transactions, and names the block', async () => {
        const number = middle();
        for (const part of [0.2, 0.5, 0.8]) {
            const flipped = await changed(number, async (file) => {
                const bytes = await readFile(file);
                const place = Math.floor(bytes.length * part);
                bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
                await writeFile(file, bytes);
            });
            const [first] = found(await audit(`--blocks ${flipped}`, 1));
            expect(first).to.be.oneOf([`BLOCK_DATA_HASH ${String(number)}`, `BLOCK_UNREADABLE ${String(number)}`]);
        }
    });

    it('finds a block that is left out', async () => {
        const number = middle();
        const dropped = await changed(number, (file) => rm(file));
        const findings = found(await audit(`--blocks ${dropped}`, 1));
        expect(findings).to.deep.equal([`BLOCK_MISSING ${String(number + 1)}`]);
    });
});

const ROGUE = fileURLToPath(new URL('../../../network/dist/demo/rogue-chaincode.js', import.meta.url));
const COALITION = ['operator', 'community', 'supplier'] as const;

describe('audit of a channel on which three organisations forged a record', function () {
    this.timeout(60_000);
    const market = withMarket();
    const key = 'lane/nobody/0000000000';

    before(async () => {
        for (const org of COALITION) {
            await market().network.restart(`chaincode-${org}`, { entry: ROGUE });
        }
        const text = canonicalJson({ participantId: 'nobody', lane: 0, balanceNano: '1000000000' });
        const forged = await invokeWithPeerCli(market().network, {
            chaincode: 'exchange',
            invoke: { function: 'rogue:overwrite', Args: [canonicalJson({ key, text })] },
            endorsers: COALITION,
            as: 'operator',
        });
        expect(forged.status, forged.text).to.equal('VALID');
    });
    after(async () => {
        for (const org of COALITION) {
            await market().network.restart(`chaincode-${org}`);
        }
    });

    it('names transaction and record, though every peer holds it valid', async () => {
        const { transport, profile } = market().as('reviewer');
        const auditor = new Auditor({ channel: profile.channel, chaincodes: profile.chaincodes });
        const findings: Finding[] = [];
        for await (const block of blocksOfPeer(transport, 0)) {
            findings.push(...(await auditor.take(block)));
        }
        const [forged] = findings.filter(({ operands }) => operands['key'] === `exchange/${key}`);
        expect(forged?.code).to.equal('NOT_REPRODUCED');
        expect(forged?.transactionId).to.match(/^[0-9a-f]{64}$/);
        expect(forged?.operands).to.deep.include({ verb: 'rogue:overwrite', computed: null });
    });
});
