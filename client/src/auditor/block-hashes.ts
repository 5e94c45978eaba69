import { createHash } from 'node:crypto';
import type { common } from '@hyperledger/fabric-protos';

/** Hash of a block's transactions, as its header has to state it. */
export function dataHashOf(block: common.Block): Buffer {
    return sha256(Buffer.concat(block.getData()?.getDataList_asU8() ?? []));
}

/** A header as Fabric hashes and signs it: the DER sequence of its number and its two hashes. */
export function headerBytes(block: common.Block): Buffer {
    const header = block.getHeader();
    const body = Buffer.concat([
        derInteger(header?.getNumber() ?? 0),
        derOctets(header?.getPreviousHash_asU8() ?? new Uint8Array()),
        derOctets(header?.getDataHash_asU8() ?? new Uint8Array()),
    ]);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** What the next header names as its predecessor. */
export const headerHash = (block: common.Block): Buffer => sha256(headerBytes(block));

function derInteger(value: number): Buffer {
    const hex = value.toString(16);
    const digits = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const padded = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
    return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}

const derOctets = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([0x04, bytes.length]), bytes]);

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
