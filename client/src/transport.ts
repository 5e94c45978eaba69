import type { common } from '@hyperledger/fabric-protos';

export type ChaincodeRole = 'supervision' | 'exchange';

/** A verb with its argument: chaincode by name on the channel, function, and the one argument. */
export type Invocation = Readonly<{ chaincode: string; verb: string; command: string }>;

/** A call of a verb, and the time that its caller has for it, in ms since the epoch. */
export type Call = Invocation & Readonly<{ begunMs: number; deadlineMs: number }>;

/** What a call may take where its caller says nothing: on a busy machine a crowd waits longer than one. */
export const WITHIN_MS = 30_000;

/** A call that begins now. */
export function callWithin(invocation: Invocation, withinMs = WITHIN_MS): Call {
    const begunMs = Date.now();
    return { ...invocation, begunMs, deadlineMs: begunMs + withinMs };
}

/** A transaction in a block, valid or not. */
export type Receipt = Readonly<{
    /** What the verb answered when it was endorsed. */
    payload: string;
    transactionId: string;
    blockNumber: number;
    /** How long its endorsers took. */
    endorsementMs: number;
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
    /** Asks until the call's deadline at most. @throws a refusal of its kind · UnavailableError */
    evaluate(call: Call): Promise<string>;

    /**
     * Endorses by the named MSPs, orders, and waits until the transaction is in a block, or the call's deadline has passed.
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
