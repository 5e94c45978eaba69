import type { common } from '@hyperledger/fabric-protos';
import type { Command } from 'commander';
import type { UnreadableBlock } from '../../auditor/block-source.js';
import type { Finding } from '../../auditor/finding.js';
import { jsonText, printLine } from '../output.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';

type Blocks = AsyncIterable<common.Block | UnreadableBlock>;
type Options = Readonly<{ blocks?: string; checkpoint?: string; json?: boolean }>;

const PROGRESS_EVERY_MS = 2_000;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary:
            'read every block and trust nothing else: hashes, signatures, endorsements, policies, and each transaction ' +
            'run again; then compare with what the peer answers',
        example: 'commonwatt audit run --org regulator',
        mode: 'read',
    })
        .option('--blocks <folder>', 'blocks from files NUMBER.block in place of a peer')
        .option('--checkpoint <file>', 'go on where the file says, and write there how far it went');
    onRun<Options>(verb, async (session, options) => {
        const { readAuditState, writeAuditState } = await import('../../auditor/audit-checkpoint.js');
        const { Auditor } = await import('../../auditor/auditor.js');
        const { compareWithPeer } = await import('../../auditor/peer-answers.js');
        const { channel, chaincodes } = await session.profile();
        const subject = { channel, chaincodes };
        const state = options.checkpoint === undefined ? null : await readAuditState(options.checkpoint, channel);
        const auditor = state === null ? new Auditor(subject) : Auditor.resume(subject, state);
        const fromBlock = auditor.nextBlock;
        const progress = progressLines();
        const findings: Finding[] = [];
        const tell = (found: readonly Finding[]): void => {
            findings.push(...found);
            if (options.json !== true) {
                found.map(lineOf).forEach(printLine);
            }
        };
        for await (const block of await blocksFor(session, options, fromBlock)) {
            tell(await auditor.take(block));
            progress(auditor.nextBlock);
        }
        if (options.blocks === undefined) {
            tell(await compareWithPeer(auditor, subject, (await session.market()).transport));
        }
        if (options.checkpoint !== undefined) {
            await writeAuditState(options.checkpoint, channel, auditor.state);
        }
        const { blocks, transactions, reproduced, signatures } = auditor.counts;
        session.print({ fromBlock, nextBlock: auditor.nextBlock, ...auditor.counts, findings }, [
            `${String(blocks)} blocks with ${String(transactions)} transactions: ${String(reproduced)} run again with the ` +
                `same result, ${String(signatures)} signatures verified, ${String(findings.length)} findings.`,
        ]);
        process.exitCode = findings.length === 0 ? 0 : 1;
    });
}

async function blocksFor(session: Session, { blocks }: Options, fromBlock: number): Promise<Blocks> {
    const { blocksOfFolder, blocksOfPeer } = await import('../../auditor/block-source.js');
    return blocks === undefined
        ? blocksOfPeer((await session.market()).transport, fromBlock)
        : blocksOfFolder(blocks, fromBlock);
}

/** Says on the error stream how far it is, so that the results stay alone. */
function progressLines(): (nextBlock: number) => void {
    let saidMs = performance.now();
    return (nextBlock) => {
        if (performance.now() - saidMs > PROGRESS_EVERY_MS) {
            saidMs = performance.now();
            process.stderr.write(`  up to block ${String(nextBlock - 1)}\n`);
        }
    };
}

function lineOf({ code, blockNumber, transactionId, operands }: Finding): string {
    const where = blockNumber === null ? 'at the peer' : `in block ${String(blockNumber)}`;
    const transaction = transactionId === null ? '' : `, transaction ${transactionId}`;
    const values = Object.entries(operands).map(([name, value]) => `${name}=${jsonText(value)}`);
    return [`${code} ${where}${transaction}:`, ...values].join(' ');
}
