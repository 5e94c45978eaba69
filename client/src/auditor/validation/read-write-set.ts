import { ledger } from '@hyperledger/fabric-protos';
import { exactly } from './exactly.js';
import * as schemas from './schemas.js';

type Messages = typeof ledger.rwset.kvrwset;
type VersionMessage = InstanceType<Messages['Version']>;
type MetadataEntry = InstanceType<Messages['KVMetadataEntry']>;

/** Block and place in it of the transaction that wrote a key last. */
export type Version = Readonly<{ block: number; tx: number }>;

/** Keys are the characters of their bytes, so that text is ordered as Fabric orders bytes. */
export type Key = string;
export type Read = Readonly<{ key: Key; version: Version | null }>;
/** `null` deletes. */
export type Write = Readonly<{ key: Key; value: Uint8Array | null }>;
/** What a transaction makes a key's own policy; `null` where it sets other things, or removes all. */
export type PolicyWrite = Readonly<{ key: Key; policy: Uint8Array | null; isRemoved: boolean }>;

export type MerkleSummary = Readonly<{ maxDegree: number; maxLevel: number; hashes: readonly Buffer[] }>;
/** A range as it was read: all of it, or up to and with its end key; each result, or a summary of them. */
export type RangeQuery = Readonly<{
    startKey: Key;
    endKey: Key;
    isExhausted: boolean;
    reads: readonly Read[];
    summary: MerkleSummary | null;
}>;

/** What a transaction read and wrote in one namespace, or in a collection of it by the hashes of keys. */
export type KeySet = Readonly<{
    namespace: string;
    collection: string | null;
    reads: readonly Read[];
    rangeQueries: readonly RangeQuery[];
    writes: readonly Write[];
    policyWrites: readonly PolicyWrite[];
}>;

/** A namespace with the collections in it. */
export type NamespaceSet = Readonly<{ namespace: string; keys: KeySet; collections: readonly KeySet[] }>;

const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** @throws Malformed */
export function readWriteSet(bytes: Uint8Array): NamespaceSet[] {
    const set = exactly(ledger.rwset.TxReadWriteSet, schemas.readWriteSet, bytes);
    return set.getNsRwsetList().map((each) => {
        const namespace = each.getNamespace();
        const collections = each.getCollectionHashedRwsetList().map((one) => ({
            namespace,
            ...hashedKeySetOf(one.getCollectionName(), one.getHashedRwset_asU8()),
        }));
        return { namespace, keys: { namespace, ...keySetOf(each.getRwset_asU8()) }, collections };
    });
}

function keySetOf(bytes: Uint8Array): Omit<KeySet, 'namespace'> {
    const set = exactly(ledger.rwset.kvrwset.KVRWSet, schemas.keySet, bytes);
    return {
        collection: null,
        reads: set.getReadsList().map(readOf),
        rangeQueries: set.getRangeQueriesInfoList().map((query) => ({
            startKey: keyOf(query.getStartKey()),
            endKey: keyOf(query.getEndKey()),
            isExhausted: query.getItrExhausted(),
            reads: query.getRawReads()?.getKvReadsList().map(readOf) ?? [],
            summary: summaryOf(query.getReadsMerkleHashes()),
        })),
        writes: set.getWritesList().map((write) => ({
            key: keyOf(write.getKey()),
            value: valueOf(write.getIsDelete(), write.getValue_asU8()),
        })),
        policyWrites: set.getMetadataWritesList().map((write) => ({
            key: keyOf(write.getKey()),
            policy: policyIn(write.getEntriesList()),
            isRemoved: write.getEntriesList().length === 0,
        })),
    };
}

function hashedKeySetOf(collection: string, bytes: Uint8Array): Omit<KeySet, 'namespace'> {
    const set = exactly(ledger.rwset.kvrwset.HashedRWSet, schemas.hashedKeySet, bytes);
    return {
        collection,
        reads: set.getHashedReadsList().map((read) => ({
            key: latin1(read.getKeyHash_asU8()),
            version: versionOf(read.getVersion()),
        })),
        rangeQueries: [],
        writes: set.getHashedWritesList().map((write) => ({
            key: latin1(write.getKeyHash_asU8()),
            value: valueOf(write.getIsDelete(), write.getValueHash_asU8()),
        })),
        policyWrites: set.getMetadataWritesList().map((write) => ({
            key: latin1(write.getKeyHash_asU8()),
            policy: policyIn(write.getEntriesList()),
            isRemoved: write.getEntriesList().length === 0,
        })),
    };
}

const readOf = (read: InstanceType<Messages['KVRead']>): Read => ({
    key: keyOf(read.getKey()),
    version: versionOf(read.getVersion()),
});

const versionOf = (version: VersionMessage | undefined): Version | null =>
    version === undefined ? null : { block: version.getBlockNum(), tx: version.getTxNum() };

const summaryOf = (summary: InstanceType<Messages['QueryReadsMerkleSummary']> | undefined): MerkleSummary | null =>
    summary === undefined
        ? null
        : {
              maxDegree: summary.getMaxDegree(),
              maxLevel: summary.getMaxLevel(),
              hashes: summary.getMaxLevelHashesList_asU8().map((hash) => Buffer.from(hash)),
          };

/** An empty value deletes, whatever the flag says. */
const valueOf = (isDelete: boolean, value: Uint8Array): Uint8Array | null =>
    isDelete || value.length === 0 ? null : value;

const policyIn = (entries: readonly MetadataEntry[]): Uint8Array | null =>
    entries.findLast((entry) => entry.getName() === VALIDATION_PARAMETER)?.getValue_asU8() ?? null;

export const keyOf = (text: string): Key => Buffer.from(text, 'utf8').toString('latin1');

export const textOfKey = (key: Key): string => Buffer.from(key, 'latin1').toString('utf8');

const latin1 = (bytes: Uint8Array): Key => Buffer.from(bytes).toString('latin1');

export const sameVersion = (left: Version | null, right: Version | null): boolean =>
    left?.block === right?.block && left?.tx === right?.tx;
