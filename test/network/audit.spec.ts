import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { common } from '@hyperledger/fabric-protos';
import { readBlock } from '@commonwatt/client';
import { Auditor, type Subject } from '@commonwatt/client/auditor/auditor';
import { blockIn } from '@commonwatt/client/auditor/block-source';
import type { Finding } from '@commonwatt/client/auditor/finding';
import { expect } from 'chai';
import { fieldsOfBytes } from '../support/block-fields.js';
import { commonwatt } from '../support/commonwatt.js';
import { counted } from '../support/counted.js';
import { TestMarket } from '../support/market.js';
import { type MixedBlock, MIXED_CODES, mixedBlock } from '../support/mixed-block.js';
import { newStateDir, withOwnNetwork } from '../support/network.js';

const SUBJECT: Subject = { channel: 'commonwatt', chaincodes: { exchange: 'exchange', supervision: 'supervision' } };
const BLOCK_BYTES_MAX = 16_384;
const UNFOUND_SHARE_MAX = 0.02;
/** Waits long enough that three transactions come into one block. */
const BATCH_TIMEOUT_MS = 1_000;
/** What a byte is made of another one by. */
const FLIPS = [0x01, 0x80] as const;

const unfoundFile = fileURLToPath(new URL('../../network/unfound-bytes.json', import.meta.url));
/** Fields of which bytes can be changed unnoticed, and why that harms nobody. */
const UNFOUND = JSON.parse(readFileSync(unfoundFile, 'utf8')) as readonly Readonly<{ field: string; reason: string }>[];
/** Fields in which not one byte may. */
const PROTECTED = /^(header|data|metadata\.codes|metadata\.signatures\.signature)/;

describe('an audit that trusts nothing but the blocks', function () {
    this.timeout(180_000);
    const network = withOwnNetwork();
    let mixed: MixedBlock;

    before(async () => {
        await network.up({ batchTimeoutMs: BATCH_TIMEOUT_MS });
        const market = await TestMarket.establish(network);
        try {
            await market.seatOfficers();
            mixed = await mixedBlock(market);
        } finally {
            await market.actors.close();
        }
        await network.down();
    });

    const bytesOf = (number: number): Buffer => Buffer.from(mixed.blocks[number]?.serializeBinary() ?? []);
    async function auditOf(blocks: readonly common.Block[], auditor = new Auditor(SUBJECT)): Promise<Finding[]> {
        const findings: Finding[] = [];
        for (const block of blocks) {
            findings.push(...(await auditor.take(block)));
        }
        return findings;
    }
    /** All blocks, the mixed one changed. */
    function changed(change: (parts: Uint8Array[]) => void): common.Block[] {
        const block = common.Block.deserializeBinary(bytesOf(mixed.number));
        const parts = block.getMetadata()?.getMetadataList_asU8() ?? [];
        change(parts);
        block.getMetadata()?.setMetadataList(parts);
        return mixed.blocks.map((each, number) => (number === mixed.number ? block : each));
    }
    const codesAt = common.BlockMetadataIndex.TRANSACTIONS_FILTER;
    const summaryOf = (findings: readonly Finding[]): unknown =>
        findings.map(({ code, blockNumber, operands }) => ({ code, blockNumber, ...operands }));

    it('computes the code of every transaction as the peers did, invalid ones included', async () => {
        expect(summaryOf(await auditOf(mixed.blocks))).to.deep.equal([]);
        const { transactions } = readBlock(mixed.blocks[mixed.number] ?? new common.Block());
        expect(transactions.map(({ validationCode }) => validationCode)).to.have.members([...MIXED_CODES]);
    });

    it("names a peer that says the regulator's rejection came too late, and judges by the rejection", async () => {
        const transactions = readBlock(mixed.blocks[mixed.number] ?? new common.Block()).transactions;
        const index = transactions.findIndex(({ verb }) => verb === 'verdict:reject');
        const blocks = changed((parts) => {
            parts[codesAt]?.fill(11, index, index + 1);
        });
        const auditor = new Auditor(SUBJECT);
        const [named, ...more] = summaryOf(await auditOf(blocks, auditor)) as Record<string, unknown>[];
        expect(named).to.deep.equal({
            code: 'VALIDATION_CODE',
            blockNumber: mixed.number,
            ...{ index, stated: 'MVCC_READ_CONFLICT', computed: 'VALID' },
        });
        expect(more).to.deep.equal([]);
        const { writes } = transactions[index] ?? {};
        for (const key of writes?.flatMap((each) => each.keys) ?? []) {
            expect(auditor.ledger.read('supervision', key), key).to.not.equal(undefined);
        }
    });

    it('names each code that says of a transaction what is not so, and what is left out', async () => {
        const { length } = MIXED_CODES;
        for (const [what, change] of [
            ['all valid', (codes: Uint8Array) => Uint8Array.from(codes, () => 0)],
            ['one missing', (codes: Uint8Array) => codes.slice(0, length - 1)],
            ['none', () => new Uint8Array()],
            ['one too many', (codes: Uint8Array) => Uint8Array.from([...codes, 0])],
        ] as const) {
            let stated: Uint8Array = new Uint8Array();
            let told: Uint8Array = new Uint8Array();
            const blocks = changed((parts) => {
                stated = parts[codesAt] ?? stated;
                told = change(stated);
                parts[codesAt] = told;
            });
            const differing = Array.from({ length: length + 1 }, (_, index) => index).filter(
                (index) => stated[index] !== told[index],
            );
            const findings = await auditOf(blocks);
            expect(
                findings.map(({ code, operands }) => `${code} ${String(operands['index'])}`),
                what,
            ).to.deep.equal(differing.map((index) => `VALIDATION_CODE ${String(index)}`));
        }
    });

    it('names the first cause of a gap, and judges nothing beyond it', async () => {
        const gap = mixed.blocks.filter((_, number) => number !== mixed.number);
        expect(summaryOf(await auditOf(gap))).to.deep.equal([
            { code: 'BLOCK_MISSING', blockNumber: mixed.number + 1, expected: mixed.number },
        ]);
    });

    it('needs blocks and the hash of the first one, and no profile', async () => {
        const folder = newStateDir();
        for (const [number] of mixed.blocks.entries()) {
            await writeFile(join(folder, `${String(number)}.block`), bytesOf(number));
        }
        const run = async (hash: string, expectedExit: number): Promise<Record<string, unknown>> => {
            const line = ['--state', newStateDir(), 'audit', 'run', '--json', '--blocks', folder];
            const { exitCode, stdout, stderr } = await commonwatt([...line, '--genesis-sha256', hash]);
            expect(exitCode, stdout + stderr).to.equal(expectedExit);
            return JSON.parse(stdout) as Record<string, unknown>;
        };
        const auditor = new Auditor(SUBJECT);
        await auditOf(mixed.blocks.slice(0, 1), auditor);
        const { genesisSha256 } = auditor.position;
        const trusted = await run(genesisSha256, 0);
        expect(trusted).to.deep.include({ blocks: mixed.blocks.length, stoppedAt: null, genesisSha256, findings: [] });
        const foreign = await run('0'.repeat(64), 1);
        expect(foreign).to.deep.include({ blocks: 0, stoppedAt: 0 });
        expect((foreign['findings'] as Finding[]).map(({ code }) => code)).to.deep.equal(['GENESIS_DIFFERS']);
    });

    it('finds whichever byte of a block is changed, but for those whose fields are listed', async function () {
        this.timeout(600_000);
        const before = new Auditor(SUBJECT);
        expect(await auditOf(mixed.blocks.slice(0, mixed.number), before)).to.deep.equal([]);
        const { state } = before;
        const bytes = bytesOf(mixed.number);
        expect(bytes.length).to.be.at.most(BLOCK_BYTES_MAX);
        const fields = fieldsOfBytes(bytes);
        const unfound = new Set<number>();
        let auditor = Auditor.resume(SUBJECT, state);
        for (const place of bytes.keys()) {
            for (const flip of FLIPS) {
                const other = Buffer.from(bytes);
                other.writeUInt8(bytes.readUInt8(place) ^ flip, place);
                if ((await auditor.take(blockIn(other, mixed.number))).length === 0) {
                    unfound.add(place);
                }
                if (auditor.isStopped) {
                    auditor.retry(); // before it judged anything
                } else {
                    auditor = Auditor.resume(SUBJECT, state);
                }
            }
        }
        counted(bytes.length - unfound.size, 'changed bytes found', bytes.length);
        const names = [...new Set([...unfound].map((place) => fields[place] ?? ''))];
        expect(names.filter((name) => PROTECTED.test(name))).to.deep.equal([]);
        expect(names, 'fields of unfound bytes').to.have.members(UNFOUND.map(({ field }) => field));
        expect(unfound.size / bytes.length).to.be.at.most(UNFOUND_SHARE_MAX);
    });
});
