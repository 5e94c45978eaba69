import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import { type Key, type MerkleSummary, textOfKey, type Version } from './read-write-set.js';

export type Result = Readonly<{ key: Key; version: Version }>;

/**
 * The summary of a range's results as a peer makes it of more than `maxDegree` of them: groups of one more than that are
 * hashed, groups of hashes again, until few enough are left. `null` where so few results need none.
 */
export function merkleSummaryOf(results: Iterable<Result>, maxDegree: number): MerkleSummary | null {
    const levels: Buffer[][] = [[]];
    let pending: Result[] = [];
    for (const result of results) {
        pending.push(result);
        if (pending.length > maxDegree) {
            add(levels, hashOfResults(pending), maxDegree);
            pending = [];
        }
    }
    if (levels.every((level) => level.length === 0)) {
        return null;
    }
    if (pending.length > 0) {
        add(levels, hashOfResults(pending), maxDegree);
    }
    return completed(levels, maxDegree);
}

/** Adds a hash to the lowest level; a level with more than its degree becomes one hash of the next. */
function add(levels: Buffer[][], leaf: Buffer, maxDegree: number): void {
    let hash = leaf;
    for (let level = 0; ; level += 1) {
        const hashes = [...(levels[level] ?? []), hash];
        if (hashes.length <= maxDegree) {
            levels[level] = hashes;
            return;
        }
        levels[level] = [];
        hash = hashOf(hashes);
    }
}

/** Makes what is left on lower levels part of the highest one. */
function completed(levels: readonly Buffer[][], maxDegree: number): MerkleSummary {
    let carried: readonly Buffer[] = [];
    for (const level of levels.slice(0, -1)) {
        const hashes = [...level, ...carried];
        carried = hashes.length > 1 ? [hashOf(hashes)] : hashes;
    }
    const highest = [...(levels.at(-1) ?? []), ...carried];
    return highest.length > maxDegree
        ? { maxDegree, maxLevel: levels.length + 1, hashes: [hashOf(highest)] }
        : { maxDegree, maxLevel: levels.length, hashes: highest };
}

export const sameSummary = (left: MerkleSummary, right: MerkleSummary | null): boolean =>
    left.maxDegree === right?.maxDegree &&
    left.maxLevel === right.maxLevel &&
    left.hashes.length === right.hashes.length &&
    left.hashes.every((hash, index) => right.hashes[index]?.equals(hash) === true);

function hashOfResults(results: readonly Result[]): Buffer {
    const reads = new ledger.rwset.kvrwset.QueryReads();
    reads.setKvReadsList(
        results.map(({ key, version }) => {
            const read = new ledger.rwset.kvrwset.KVRead();
            const at = new ledger.rwset.kvrwset.Version();
            at.setBlockNum(version.block);
            at.setTxNum(version.tx);
            read.setKey(textOfKey(key));
            read.setVersion(at);
            return read;
        }),
    );
    return hashOf([reads.serializeBinary()]);
}

function hashOf(parts: readonly Uint8Array[]): Buffer {
    const hash = createHash('sha256');
    parts.forEach((part) => hash.update(part));
    return hash.digest();
}
