import type { common } from '@hyperledger/fabric-protos';
import { type BlockTransaction, type Market, readBlock } from '@commonwatt/client';
import { dataHashOf, headerHash } from '@commonwatt/client/auditor/block-hashes';
import { transactionInEnvelope } from './transaction-in-envelope.js';

/** A key as a transaction left it; `null` when it deleted it. */
export type KeyChange = Readonly<{ key: string; value: string | null }>;
/** A transaction with what it wrote (keys go by `chaincode/key`), what was asked for, and whose certificate asked. */
export type ReplayedTransaction = BlockTransaction &
    Readonly<{ blockNumber: number; changes: readonly KeyChange[]; command: string; creatorPem: string }>;

/** The channel as its blocks alone tell it. */
export type Replay = Readonly<{
    height: number;
    transactions: readonly ReplayedTransaction[];
    /** Hash of the last block's header, hex. */
    lastHash: string;
    /** Blocks whose data or predecessor do not have the hash that a header states. */
    brokenBlocks: readonly number[];
    /** Every key of the two chaincodes. */
    state: ReadonlyMap<string, string>;
}>;

/** Reads every block from the first to the last, and applies what valid transactions wrote. */
export async function replayBlocks(market: Market): Promise<Replay> {
    const height = await market.transport.height();
    const transactions: ReplayedTransaction[] = [];
    const brokenBlocks: number[] = [];
    let lastHash = '';
    const stream = await market.transport.blocks(0);
    try {
        for await (const block of stream) {
            const blockNumber = block.getHeader()?.getNumber() ?? -1;
            const sound = readBlock(block).previousHash === lastHash && hasItsData(block);
            if (!sound) {
                brokenBlocks.push(blockNumber);
            }
            lastHash = headerHash(block).toString('hex');
            transactions.push(...transactionsOf(block, blockNumber));
            if (blockNumber === height - 1) {
                break;
            }
        }
    } finally {
        stream.close();
    }
    return { height, transactions, lastHash, brokenBlocks, state: stateAfter(transactions) };
}

function stateAfter(transactions: readonly ReplayedTransaction[]): Map<string, string> {
    const state = new Map<string, string>();
    for (const { validationCode, changes } of transactions) {
        for (const { key, value } of validationCode === 'VALID' ? changes : []) {
            if (value === null) {
                state.delete(key);
            } else {
                state.set(key, value);
            }
        }
    }
    return state;
}

function transactionsOf(block: common.Block, blockNumber: number): ReplayedTransaction[] {
    const envelopes = block.getData()?.getDataList_asU8() ?? [];
    return readBlock(block).transactions.map((transaction) => ({
        ...transaction,
        blockNumber,
        ...(transaction.chaincode === null
            ? { changes: [], command: '', creatorPem: '' }
            : contentOf(envelopes[transaction.index] ?? new Uint8Array())),
    }));
}

function contentOf(envelope: Uint8Array): Pick<ReplayedTransaction, 'changes' | 'command' | 'creatorPem'> {
    const content = transactionInEnvelope(envelope);
    return {
        changes: (content?.writes ?? []).map(({ chaincode, key, value }) => ({ key: `${chaincode}/${key}`, value })),
        command: textOf(content?.args[1] ?? new Uint8Array()),
        creatorPem: textOf(content?.creator.idBytes ?? new Uint8Array()),
    };
}

const hasItsData = (block: common.Block): boolean =>
    dataHashOf(block).equals(Buffer.from(block.getHeader()?.getDataHash_asU8() ?? []));

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
