import type { Key, KeySet, NamespaceSet, Version } from './read-write-set.js';
import { nameOf, type ShadowState, type Space, type Update } from './shadow-state.js';

/** Updates of one namespace or collection. */
export type SpaceUpdates = Readonly<{ space: Space; updates: Map<Key, Update> }>;

/** What the valid transactions of a block have changed so far, upon the state before the block. */
export class BlockUpdates {
    readonly #before: ShadowState;
    readonly #spaces = new Map<string, SpaceUpdates>();

    constructor(before: ShadowState) {
        this.#before = before;
    }

    get all(): readonly SpaceUpdates[] {
        return [...this.#spaces.values()];
    }

    find(space: Space, key: Key): Update | undefined {
        return this.#spaces.get(nameOf(space))?.updates.get(key);
    }

    /** Keys of a range that the block has changed or deleted, in order. */
    keysFrom({ namespace, collection }: Space, startKey: Key, endKey: Key): readonly Key[] {
        const keys = [...(this.#spaces.get(nameOf({ namespace, collection }))?.updates.keys() ?? [])];
        return keys.filter((key) => key >= startKey && (endKey === '' || key < endKey)).sort();
    }

    /** Takes a valid transaction's writes in. */
    take(sets: readonly NamespaceSet[], version: Version): void {
        for (const keys of sets.flatMap((each) => [each.keys, ...each.collections])) {
            for (const [key, marks] of marksOf(keys)) {
                const update = this.#updateOf(keys, key, marks, version);
                if (update !== null) {
                    this.#of(keys).set(key, update);
                }
            }
        }
    }

    #updateOf(space: Space, key: Key, { flags, value, policy }: Marks, version: Version): Update | null {
        if ((flags & DELETED) !== 0) {
            return { isDeleted: true, version, value: null, policy: null };
        }
        const isWritten = (flags & WRITTEN) !== 0;
        if (isWritten && (flags & (POLICY_SET | POLICY_REMOVED)) !== 0) {
            return { isDeleted: false, version, value, policy };
        }
        const latest = this.find(space, key) ?? this.#before.read(space, key);
        if (isWritten && flags === WRITTEN) {
            return { isDeleted: false, version, value, policy: latest?.policy ?? null };
        }
        // A policy alone stays without effect where no value is; it renews the version where one is.
        const isThere = latest !== undefined && !('isDeleted' in latest && latest.isDeleted);
        return isThere ? { isDeleted: false, version, value: latest.value, policy } : null;
    }

    #of({ namespace, collection }: Space): Map<Key, Update> {
        const space = { namespace, collection };
        const found = this.#spaces.get(nameOf(space)) ?? { space, updates: new Map<Key, Update>() };
        this.#spaces.set(nameOf(space), found);
        return found.updates;
    }
}

/** What a transaction does with a key, as Fabric adds it up: a key that is named twice is not the same as one named once. */
type Marks = { flags: number; value: Uint8Array | null; policy: Uint8Array | null };
const WRITTEN = 1;
const POLICY_SET = 2;
const POLICY_REMOVED = 4;
const DELETED = 8;

function marksOf({ writes, policyWrites }: KeySet): ReadonlyMap<Key, Marks> {
    const marks = new Map<Key, Marks>();
    const of = (key: Key): Marks => {
        const found = marks.get(key) ?? { flags: 0, value: null, policy: null };
        marks.set(key, found);
        return found;
    };
    for (const { key, value } of writes) {
        const mark = of(key);
        mark.flags += value === null ? DELETED : WRITTEN;
        mark.value = value ?? mark.value;
    }
    for (const { key, policy, isRemoved } of policyWrites) {
        const mark = of(key);
        mark.flags += isRemoved ? POLICY_REMOVED : POLICY_SET;
        mark.policy = isRemoved ? mark.policy : policy;
    }
    return marks;
}
