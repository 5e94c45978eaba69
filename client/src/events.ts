import { decodeEvent, type MarketEvent } from '@commonwatt/chaincode/wire/events';
import { followBlocks } from './block-follower.js';
import type { BlockTransaction, BlockView } from './block-reader.js';
import type { BlockPosition } from './checkpoint.js';
import type { Transport } from './transport.js';

/** An event with its place on the channel. */
export type EventRecord = Readonly<{
    event: MarketEvent;
    chaincode: string;
    blockNumber: number;
    transactionId: string;
    /** To be saved as checkpoint once the event has been dealt with. */
    position: BlockPosition;
}>;

export type EventOptions = Readonly<{
    /** Chaincodes whose events count: the market's two. */
    chaincodes: readonly string[];
    /** Events up to this position have been dealt with. */
    after?: BlockPosition | null;
    /** First block when there is no position; the next new one when left out. */
    fromBlock?: number;
    signal?: AbortSignal;
}>;

/**
 * Events of valid transactions, of both chaincodes in the order of the channel. They come from the blocks, so one
 * position resumes them all. Events are hints: what counts is what the blocks write.
 * @throws UnavailableError when nobody answers at the beginning
 */
export async function* marketEvents(transport: Transport, options: EventOptions): AsyncGenerator<EventRecord> {
    const { after = null, fromBlock, signal } = options;
    const first = after?.blockNumber ?? fromBlock;
    const blocks = followBlocks(transport, {
        ...(first === undefined ? {} : { fromBlock: first }),
        ...(signal === undefined ? {} : { signal }),
    });
    for await (const block of blocks) {
        const seen = block.blockNumber === after?.blockNumber ? after.transactionIndex : -1;
        yield* eventsOf(block, options.chaincodes).filter((record) => record.position.transactionIndex > seen);
    }
}

/** The events of one block, in the order of its transactions. */
export function eventsOf(block: BlockView, chaincodes: readonly string[]): EventRecord[] {
    return block.transactions.flatMap((transaction) => {
        const event = eventIn(transaction, chaincodes);
        if (event === null) {
            return [];
        }
        const { blockNumber } = block;
        const { transactionId, index, chaincode } = transaction;
        const position = { blockNumber, transactionIndex: index };
        return [{ event, chaincode: chaincode ?? '', blockNumber, transactionId, position }];
    });
}

/** An event may claim to be another chaincode's: only the one that was invoked counts. */
function eventIn(transaction: BlockTransaction, chaincodes: readonly string[]): MarketEvent | null {
    const { event, chaincode, validationCode } = transaction;
    const counts =
        event !== null &&
        validationCode === 'VALID' &&
        chaincode !== null &&
        event.chaincode === chaincode &&
        chaincodes.includes(chaincode);
    return counts ? decodeEvent(event.name, event.payload) : null;
}
