import { createHash } from 'node:crypto';
import type { BlockUpdates, SpaceUpdates } from './block-updates.js';
import { varint } from './protobuf.js';
import type { Key, Version } from './read-write-set.js';
import type { Update } from './shadow-state.js';

/** Numbers of the fields in which a peer writes down what a block changes (fabric: kv_writes.proto). */
const FIELD = { namespace: 1, collection: 2, key: 3, isDeleted: 4, value: 5, version: 6 } as const;
const KEY_WRITES = 1;

/**
 * The hash that every peer keeps in a block's metadata: over the codes of its transactions, what the valid ones changed, and
 * the same hash of the block before. Peers that agree on it have the same state.
 * @param previous empty before block 1
 * @returns `null` where it takes a value that a block long before wrote: a key's policy was set without its value
 */
export function commitHashOf(codes: Uint8Array, updates: BlockUpdates, previous: Uint8Array): Buffer | null {
    // The configuration stands in a namespace without a name, and is left out.
    const spaces = updates.all.filter(({ space, updates: of }) => space.namespace !== '' && of.size > 0);
    const isUnknown = ({ isDeleted, value }: Update): boolean => !isDeleted && value === null;
    if (spaces.some((each) => [...each.updates.values()].some(isUnknown))) {
        return null;
    }
    const sorted = spaces.sort((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
    const writes = sorted.flatMap((each, index) =>
        writesOf(each, sorted[index - 1]?.space.namespace !== each.space.namespace),
    );
    const hash = createHash('sha256');
    [varint(BigInt(codes.length)), codes, ...writes, previous].forEach((part) => hash.update(part));
    return hash.digest();
}

/** Namespaces in order, each with its own keys before its collections. */
const orderOf = ({ space }: SpaceUpdates): string => `${space.namespace}\0${space.collection ?? ''}`;

/** A namespace and a collection are named by the first of their keys alone. */
function writesOf({ space, updates }: SpaceUpdates, isFirstOfNamespace: boolean): Buffer[] {
    const keys = [...updates.keys()].sort();
    return keys.map((key, index) => {
        const namespace = isFirstOfNamespace && index === 0 ? space.namespace : '';
        const collection = index === 0 ? (space.collection ?? '') : '';
        return delimited(
            KEY_WRITES,
            Buffer.concat([...namesOf(namespace, collection), writeOf(key, updates.get(key))]),
        );
    });
}

const namesOf = (namespace: string, collection: string): Buffer[] => [
    delimited(FIELD.namespace, Buffer.from(namespace)),
    delimited(FIELD.collection, Buffer.from(collection)),
];

function writeOf(key: Key, update: Update | undefined): Buffer {
    const deleted = Buffer.concat([varint(BigInt(FIELD.isDeleted << 3)), varint(1n)]);
    return Buffer.concat([
        delimited(FIELD.key, Buffer.from(key, 'latin1')),
        update?.isDeleted === true ? deleted : Buffer.alloc(0),
        delimited(FIELD.value, Buffer.from(update?.value ?? [])),
        delimited(FIELD.version, update === undefined ? Buffer.alloc(0) : versionBytes(update.version)),
    ]);
}

/** Nothing where there is nothing to write. */
const delimited = (field: number, content: Buffer): Buffer =>
    content.length === 0
        ? content
        : Buffer.concat([varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content]);

/** Two numbers, each by how many bytes it has and those bytes. */
function versionBytes({ block, tx }: Version): Buffer {
    const parts = [block, tx].map((number) => {
        const hex = number === 0 ? '' : number.toString(16);
        const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
        return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    });
    return Buffer.concat(parts);
}
