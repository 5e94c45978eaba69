import type { common } from '@hyperledger/fabric-protos';

export type ChaincodeRole = 'supervision' | 'exchange';

/** One call of a verb: chaincode by name on the channel, function, and the one argument. */
export type Call = Readonly<{ chaincode: string; verb: string; command: string }>;

/** A transaction in a block, valid or not. */
export type Receipt = Readonly<{
    /** What the verb answered when it was endorsed. */
    payload: string;
    transactionId: string;
    blockNumber: number;
    /** Fabric's validation code by name: `VALID`, `MVCC_READ_CONFLICT`, … */
    validationCode: string;
}>;

/** An open stream; closing it ends the iteration. */
export type Stream<Item> = AsyncIterable<Item> & Readonly<{ close: () => void }>;

/**
 * What the SDK needs of a Fabric client library. One call is one attempt: which organisations endorse and what is tried
 * again is decided above, the same way for every transport.
 */
export interface Transport {
    /** @throws a refusal of its kind · UnavailableError */
    evaluate(call: Call): Promise<string>;

    /**
     * Endorses by the named MSPs, orders, and waits until the transaction is in a block.
     * @throws a refusal of its kind · UnavailableError · DisagreementError · OutcomeUnknownError
     */
    submit(call: Call, endorsers: readonly string[]): Promise<Receipt>;

    /** Number of blocks on the channel, which is the number of the next block. @throws UnavailableError */
    height(): Promise<number>;

    /** Full blocks from a number on, in order; ends with an error when the peer goes away. */
    blocks(fromBlock: number): Promise<Stream<common.Block>>;

    close(): void;

    readonly isClosed: boolean;
}
