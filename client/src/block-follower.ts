import { setTimeout as pause } from 'node:timers/promises';
import { type BlockView, readBlock } from './block-reader.js';
import type { Transport } from './transport.js';

export type FollowOptions = Readonly<{
    /** First block; the next new one when left out. */
    fromBlock?: number;
    /** Ends the iteration. */
    signal?: AbortSignal;
}>;

const REOPEN_AFTER_MS = 300;

/**
 * Follows the channel's blocks in order, without gaps, until it is aborted or the connection is closed. A peer that
 * goes away is replaced by another; only at the beginning is it told that nobody answers.
 * @throws UnavailableError
 */
export async function* followBlocks(transport: Transport, options: FollowOptions = {}): AsyncGenerator<BlockView> {
    const { signal } = options;
    const height = await transport.height();
    let next = options.fromBlock ?? height;
    while (signal?.aborted !== true && !transport.isClosed) {
        for await (const view of untilBroken(transport, next, signal)) {
            next = view.blockNumber + 1;
            yield view;
        }
        await pause(REOPEN_AFTER_MS);
    }
}

/** Blocks of one stream until it breaks: the next one goes on where it ended, so why it did does not matter. */
async function* untilBroken(
    transport: Transport,
    fromBlock: number,
    signal: AbortSignal | undefined,
): AsyncGenerator<BlockView> {
    try {
        const stream = await transport.blocks(fromBlock);
        const stop = (): void => {
            stream.close();
        };
        signal?.addEventListener('abort', stop, { once: true });
        try {
            for await (const block of stream) {
                yield readBlock(block);
            }
        } finally {
            signal?.removeEventListener('abort', stop);
            stream.close();
        }
    } catch {
        return;
    }
}
