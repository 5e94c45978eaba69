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
 * goes away is replaced; only the first call tells that nobody answers.
 * @throws UnavailableError
 */
export async function* followBlocks(transport: Transport, options: FollowOptions = {}): AsyncGenerator<BlockView> {
    const { signal } = options;
    let next = options.fromBlock ?? (await transport.height());
    let isOpen = false;
    while (signal?.aborted !== true) {
        try {
            const stream = await transport.blocks(next);
            isOpen = true;
            const stop = (): void => {
                stream.close();
            };
            signal?.addEventListener('abort', stop, { once: true });
            try {
                for await (const block of stream) {
                    const view = readBlock(block);
                    next = view.blockNumber + 1;
                    yield view;
                }
            } finally {
                signal?.removeEventListener('abort', stop);
                stream.close();
            }
        } catch (error) {
            if (!isOpen || transport.isClosed) {
                throw error;
            }
        }
        await pause(REOPEN_AFTER_MS);
    }
}
