import type { common } from '@hyperledger/fabric-protos';
import { type Command, InvalidArgumentError } from 'commander';
import type { UnreadableBlock } from '../../auditor/block-source.js';
import type { Finding } from '../../auditor/finding.js';
import { jsonText, printLine } from '../output.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';

type Blocks = AsyncIterable<common.Block | UnreadableBlock>;
type Options = Readonly<{
    blocks?: string;
    checkpoint?: string;
    program: readonly (readonly [string, string])[];
    json?: boolean;
}>;

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
        .option('--checkpoint <file>', 'go on where the file says, and write there how far it went')
        .option(
            '--program <version=folder>',
            'a built chaincode workspace for a version that writes otherwise than this program; may be repeated',
            addProgram,
            [],
        );
    onRun<Options>(verb, async (session, options) => {
        const { readAuditState, writeAuditState } = await import('../../auditor/audit-checkpoint.js');
        const { Auditor } = await import('../../auditor/auditor.js');
        const { loadProgram } = await import('../../auditor/programs.js');
        const { compareWithPeer } = await import('../../auditor/peer-answers.js');
        const { channel, chaincodes } = await session.profile();
        const loaded = options.program.map(async ([version, folder]) => [version, await loadProgram(folder)] as const);
        const subject = { channel, chaincodes, programs: new Map(await Promise.all(loaded)) };
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
        const versions = auditor.definitions.filter(({ chaincode }) => Object.values(chaincodes).includes(chaincode));
        session.print({ fromBlock, nextBlock: auditor.nextBlock, ...auditor.counts, versions, findings }, [
            ...versions.map(
                ({ chaincode, version, blockNumber }) =>
                    `${chaincode}: version ${version} in force from block ${String(blockNumber)}`,
            ),
            `${String(blocks)} blocks with ${String(transactions)} transactions: ${String(reproduced)} run again with the ` +
                `same result, ${String(signatures)} signatures verified, ${String(findings.length)} findings.`,
        ]);
        process.exitCode = findings.length === 0 ? 0 : 1;
    });
}

function addProgram(text: string, previous: readonly (readonly [string, string])[]): (readonly [string, string])[] {
    const [version, ...folder] = text.split('=');
    if (version === undefined || version === '' || folder.join('=') === '') {
        throw new InvalidArgumentError('It must be a version and a folder, as in 1=../commonwatt-1/chaincode.');
    }
    return [...previous, [version, folder.join('=')]];
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
