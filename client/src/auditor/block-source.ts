import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { replaceFile } from '../durable-file.js';
import type { Transport } from '../transport.js';
import { channelIdIn } from './configuration.js';
import { usual } from './validation/exactly.js';

/** Blocks of a peer from a number on, up to those that it has now. @throws UnavailableError */
export async function* blocksOfPeer(transport: Transport, fromBlock: number): AsyncGenerator<common.Block> {
    const height = await transport.height();
    if (fromBlock >= height) {
        return;
    }
    const stream = await transport.blocks(fromBlock);
    try {
        for await (const block of stream) {
            yield block;
            if (block.getHeader()?.getNumber() === height - 1) {
                return;
            }
        }
    } finally {
        stream.close();
    }
}

const FILE = /^(\d+)\.block$/;

/** What was kept under a block's number and is none: nothing that can be read, or not written as peers write blocks. */
export type UnreadableBlock = Readonly<{ unreadableBlock: number }>;

/**
 * Blocks from files `NUMBER.block` of a folder, in the order of their numbers, as `block save` and `peer channel fetch`
 * write them.
 */
export async function* blocksOfFolder(
    folder: string,
    fromBlock: number,
): AsyncGenerator<common.Block | UnreadableBlock> {
    const numbers = (await readdir(folder)).flatMap((name) => FILE.exec(name)?.[1] ?? []).map(Number);
    for (const number of numbers.sort((left, right) => left - right)) {
        if (number >= fromBlock) {
            yield blockIn(await readFile(join(folder, `${String(number)}.block`)), number);
        }
    }
}

/** The channel that the first block of a folder configures; empty where there is none. */
export async function channelOfFolder(folder: string | undefined): Promise<string> {
    for await (const block of folder === undefined ? [] : blocksOfFolder(folder, 0)) {
        const [envelope] = 'unreadableBlock' in block ? [] : (block.getData()?.getDataList_asU8() ?? []);
        return envelope === undefined ? '' : channelIdIn(envelope);
    }
    return '';
}

/** A block by what its file holds. */
export function blockIn(bytes: Buffer, number: number): common.Block | UnreadableBlock {
    return usual(common.Block, bytes) ?? { unreadableBlock: number };
}

/** Writes a block to its file in a folder; the name tells its number. */
export async function saveBlock(folder: string, block: common.Block): Promise<void> {
    const number = block.getHeader()?.getNumber() ?? 0;
    await replaceFile(join(folder, `${String(number)}.block`), Buffer.from(block.serializeBinary()));
}
