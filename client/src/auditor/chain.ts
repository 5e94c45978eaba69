import type { common } from '@hyperledger/fabric-protos';
import { dataHashOf, headerHash } from './block-hashes.js';
import type { FindingCode } from './finding.js';

/** How far the blocks go, as their headers tell. */
export type ChainPosition = Readonly<{
    nextBlock: number;
    /** Hash of the last block's header, hex; empty before the first one. */
    lastHash: string;
    /** Hash of the first block's header, hex; empty before it. */
    genesisSha256: string;
}>;

/** What breaks a chain at a block. */
export type Cause = Readonly<{ code: FindingCode; operands: Readonly<Record<string, unknown>> }>;

const START: ChainPosition = { nextBlock: 0, lastHash: '', genesisSha256: '' };

/** Blocks that follow each other, from a first one that is trusted. */
export class Chain {
    readonly #genesisSha256: string | null;
    #position: ChainPosition;

    /** @param genesisSha256 hash of the first header, if it is known from elsewhere */
    constructor(genesisSha256: string | null = null, position: ChainPosition = START) {
        this.#genesisSha256 = genesisSha256;
        this.#position = position;
    }

    get position(): ChainPosition {
        return this.#position;
    }

    /** Why a block cannot be the next one; `null` if it can. */
    causeAgainst(block: common.Block): Cause | null {
        const { nextBlock, lastHash, genesisSha256 } = this.#position;
        const { number, previousHash, dataHash } = headerOf(block);
        if (number !== nextBlock) {
            return { code: 'BLOCK_MISSING', operands: { expected: nextBlock } };
        }
        if (!dataHash.equals(dataHashOf(block))) {
            return { code: 'BLOCK_DATA_HASH', operands: {} };
        }
        if (previousHash.toString('hex') !== lastHash) {
            return { code: 'BLOCK_PREVIOUS_HASH', operands: {} };
        }
        const first = number === 0 ? headerHash(block).toString('hex') : genesisSha256;
        return this.#genesisSha256 === null || this.#genesisSha256 === first
            ? null
            : { code: 'GENESIS_DIFFERS', operands: { expected: this.#genesisSha256, found: first } };
    }

    /** Goes on to a block that nothing speaks against. */
    advance(block: common.Block): void {
        const { nextBlock, genesisSha256 } = this.#position;
        const lastHash = headerHash(block).toString('hex');
        this.#position = {
            nextBlock: nextBlock + 1,
            lastHash,
            genesisSha256: nextBlock === 0 ? lastHash : genesisSha256,
        };
    }
}

type Header = Readonly<{ number: number; previousHash: Buffer; dataHash: Buffer }>;

function headerOf(block: common.Block): Header {
    const header = block.getHeader();
    return {
        number: header?.getNumber() ?? 0,
        previousHash: Buffer.from(header?.getPreviousHash_asU8() ?? []),
        dataHash: Buffer.from(header?.getDataHash_asU8() ?? []),
    };
}
