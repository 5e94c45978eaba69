import { setTimeout as pause } from 'node:timers/promises';
import type { peer } from '@hyperledger/fabric-protos';
import type { Stream } from './transport.js';

/** A transaction found in a block. */
export type CommitStatus = Readonly<{ blockNumber: number; code: number }>;

/** Where the watch reads; either may go to another peer after one has gone away. */
export type CommitSource = Readonly<{
    height: () => Promise<number>;
    filteredBlocks: (fromBlock: number) => Promise<Stream<peer.FilteredBlock>>;
}>;

const REOPEN_AFTER_MS = 200;

/**
 * Follows every commit of a connection on one stream of filtered blocks, instead of one open call per transaction.
 * The stream begins at a height known before the first transaction is sent and resumes at the next unseen block, so no
 * block is missed, whichever peer serves it.
 */
export class CommitWatch {
    readonly #source: CommitSource;
    readonly #expected = new Map<string, (status: CommitStatus | null) => void>();
    #started: Promise<void> | null = null;
    #stream: Stream<peer.FilteredBlock> | null = null;
    #nextBlock = 0;
    #closed = false;

    constructor(source: CommitSource) {
        this.#source = source;
    }

    /** Begins to follow blocks; call before a transaction is sent. @throws UnavailableError */
    async start(): Promise<void> {
        this.#started ??= this.#begin().catch((error: unknown) => {
            this.#started = null; // the next transaction tries again
            throw error;
        });
        await this.#started;
    }

    /** Waits for a transaction's block; `null` when the deadline passes, which says nothing about the outcome. */
    async statusOf(transactionId: string, withinMs: number): Promise<CommitStatus | null> {
        return await new Promise((resolve) => {
            const settle = (status: CommitStatus | null): void => {
                clearTimeout(deadline);
                this.#expected.delete(transactionId);
                resolve(status);
            };
            const deadline = setTimeout(settle, withinMs, null);
            this.#expected.set(transactionId, settle);
        });
    }

    /** Ends the stream; what is still expected is left unknown. */
    close(): void {
        this.#closed = true;
        this.#stream?.close();
        for (const settle of [...this.#expected.values()]) {
            settle(null);
        }
    }

    async #begin(): Promise<void> {
        this.#nextBlock = await this.#source.height();
        void this.#follow();
    }

    async #follow(): Promise<void> {
        while (!this.#closed) {
            try {
                this.#stream = await this.#source.filteredBlocks(this.#nextBlock);
                for await (const block of this.#stream) {
                    this.#observe(block);
                }
            } catch {
                // Nothing is lost: the next stream begins at the first block not seen, on any peer that answers.
            }
            await pause(REOPEN_AFTER_MS, undefined, { ref: false });
        }
    }

    #observe(block: peer.FilteredBlock): void {
        const blockNumber = block.getNumber();
        this.#nextBlock = blockNumber + 1;
        for (const transaction of block.getFilteredTransactionsList()) {
            const settle = this.#expected.get(transaction.getTxid());
            settle?.({ blockNumber, code: transaction.getTxValidationCode() });
        }
    }
}
