import type { common } from '@hyperledger/fabric-protos';
import { type Command, InvalidArgumentError } from 'commander';
import type { AuditState, Subject } from '../../auditor/auditor.js';
import type { UnreadableBlock } from '../../auditor/block-source.js';
import type { Finding } from '../../auditor/finding.js';
import { jsonText, printLine } from '../output.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';

type Blocks = AsyncIterable<common.Block | UnreadableBlock>;
type Options = Readonly<{
    org?: string;
    profile?: string;
    blocks?: string;
    genesisSha256?: string;
    checkpoint?: string;
    program: readonly (readonly [string, string])[];
    json?: boolean;
}>;

const PROGRESS_EVERY_MS = 2_000;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary:
            'read every block and trust nothing else: hashes, signatures, and each transaction judged and run again; ' +
            'then compare with what the peer answers',
        example: 'commonwatt audit run --blocks blocks --genesis-sha256 e072bd50…',
        mode: 'read',
    })
        .option('--blocks <folder>', 'blocks from files NUMBER.block in place of a peer; no profile is needed then')
        .option('--genesis-sha256 <hash>', "hash of the first block's header, which is all that is trusted", sha256)
        .option('--checkpoint <file>', 'go on where the file says, and write there how far it went')
        .option(
            '--program <version=folder>',
            'a built chaincode workspace for a version that writes otherwise than this program; may be repeated',
            addProgram,
            [],
        );
    onRun<Options>(verb, async (session, options) => {
        const { writeAuditState } = await import('../../auditor/audit-checkpoint.js');
        const { Auditor } = await import('../../auditor/auditor.js');
        const { compareWithPeer } = await import('../../auditor/peer-answers.js');
        const { subject, state } = await beginning(session, options);
        const { channel, chaincodes } = subject;
        const auditor = state === null ? new Auditor(subject) : Auditor.resume(subject, state);
        const fromBlock = auditor.position.nextBlock;
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
            progress(auditor.position.nextBlock);
        }
        tell(auditor.unbegun);
        if (options.blocks === undefined && !auditor.isStopped) {
            tell(await compareWithPeer(auditor, subject, (await session.market()).transport));
        }
        if (options.checkpoint !== undefined) {
            await writeAuditState(options.checkpoint, channel, auditor.state);
        }
        const { blocks, transactions, reproduced, signatures } = auditor.counts;
        const versions = auditor.definitions.filter(({ chaincode }) => Object.values(chaincodes).includes(chaincode));
        const { nextBlock, genesisSha256 } = auditor.position;
        const stoppedAt = auditor.isStopped ? nextBlock : null;
        const trusted = options.genesisSha256 === undefined ? ', which this audit trusts as it is' : '';
        const results = { fromBlock, nextBlock, stoppedAt, genesisSha256, ...auditor.counts, versions, findings };
        session.print(results, [
            ...(genesisSha256 === '' ? [] : [`First block: ${genesisSha256}${trusted}`]),
            ...versions.map(
                ({ chaincode, version, blockNumber }) =>
                    `${chaincode}: version ${version} in force from block ${String(blockNumber)}`,
            ),
            `${String(blocks)} blocks with ${String(transactions)} transactions: ${String(reproduced)} run again with the ` +
                `same result, ${String(signatures)} signatures verified, ${String(findings.length)} findings.`,
            ...(stoppedAt === null ? [] : [`Nothing from block ${String(stoppedAt)} on was judged.`]),
        ]);
        process.exitCode = findings.length === 0 ? 0 : 1;
    });
}

/** Names under which the chaincodes are deployed where no profile says otherwise. */
const CHAINCODES = { exchange: 'exchange', supervision: 'supervision' } as const;

/** What is audited and from where on: as a profile says, or the checkpoint, or the first block itself. */
async function beginning(
    session: Session,
    options: Options,
): Promise<Readonly<{ subject: Subject; state: AuditState | null }>> {
    const { readAuditState } = await import('../../auditor/audit-checkpoint.js');
    const { channelOfFolder } = await import('../../auditor/block-source.js');
    const { loadProgram } = await import('../../auditor/programs.js');
    const { blocks, checkpoint, genesisSha256, org, profile } = options;
    const isUnnamed = (org ?? profile) === undefined;
    const named = blocks !== undefined && isUnnamed ? null : await session.profile();
    const { channel: namedChannel = null, chaincodes = CHAINCODES } = named ?? {};
    const state = checkpoint === undefined ? null : await readAuditState(checkpoint, namedChannel);
    const channel = namedChannel ?? state?.channel ?? (await channelOfFolder(blocks));
    const loaded = options.program.map(async ([version, folder]) => [version, await loadProgram(folder)] as const);
    const subject = {
        channel,
        chaincodes,
        programs: new Map(await Promise.all(loaded)),
        genesisSha256: genesisSha256 ?? null,
    };
    return { subject, state };
}

function sha256(text: string): string {
    if (!/^[0-9a-f]{64}$/i.test(text)) {
        throw new InvalidArgumentError('It must be a SHA-256 as 64 hexadecimal digits.');
    }
    return text.toLowerCase();
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
