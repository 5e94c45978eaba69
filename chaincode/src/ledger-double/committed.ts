import type { ChaincodeInterface } from 'fabric-shim';

/** A committed value and the block that wrote it. */
export type Versioned = Readonly<{ value: Buffer; version: number }>;

/** A committed change of a key. */
export type Change = Readonly<{ txId: string; timeMs: number; value: Buffer; isDelete: boolean }>;

/** Committed keys of a range, in byte order. */
export type Found = readonly (readonly [string, Versioned])[];

/** What a simulation sees of the channel: the committed state and the chaincodes. */
export type Committed = Readonly<{
    channel: string;
    chaincode: (name: string) => ChaincodeInterface;
    read: (chaincode: string, key: string) => Versioned | undefined;
    range: (chaincode: string, start: string, end: string) => Found;
    policyOf: (chaincode: string, key: string) => Uint8Array | null;
    history: (chaincode: string, key: string) => readonly Change[];
}>;
