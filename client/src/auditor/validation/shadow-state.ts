import type { Key, KeySet, Version } from './read-write-set.js';

/** A key as the last valid transaction left it. */
export type Entry = Readonly<{
    version: Version;
    /** The key's own policy. */
    policy: Uint8Array | null;
    /** Kept of definitions of chaincodes alone: nothing else is decided by a value. */
    value: Uint8Array | null;
}>;

/** What a block makes of a key: its entry, with the value that it writes (`null`: unknown), or that it is gone. */
export type Update = Entry & Readonly<{ isDeleted: boolean }>;

/** Keys of a namespace, or of one collection in it. */
export type Space = Pick<KeySet, 'namespace' | 'collection'>;

/** A space's keys with their entries, for a checkpoint. */
export type SpaceEntries = Space & Readonly<{ entries: readonly (readonly [Key, Entry])[] }>;

export const LIFECYCLE = '_lifecycle';

type Held = Readonly<{ space: Space; entries: Map<Key, Entry>; sorted: Key[] }>;

/**
 * The peers' state as far as it decides about later transactions: which transaction wrote each key last, and each key's own policy.
 * Not its values, so that it stays small.
 */
export class ShadowState {
    readonly #spaces = new Map<string, Held>();

    constructor(spaces: readonly SpaceEntries[] = []) {
        for (const { namespace, collection, entries } of spaces) {
            const held = this.#held({ namespace, collection });
            for (const [key, entry] of entries) {
                held.entries.set(key, entry);
            }
            held.sorted.push(...[...held.entries.keys()].sort());
        }
    }

    get all(): readonly SpaceEntries[] {
        return [...this.#spaces.values()].map(({ space, entries }) => ({ ...space, entries: [...entries] }));
    }

    read(space: Space, key: Key): Entry | undefined {
        return this.#spaces.get(nameOf(space))?.entries.get(key);
    }

    /** Keys from one on and before another one, in order; an empty end is none. */
    keysFrom(space: Space, startKey: Key, endKey: Key): readonly Key[] {
        const sorted = this.#spaces.get(nameOf(space))?.sorted ?? [];
        return sorted.slice(placeOf(sorted, startKey), endKey === '' ? undefined : placeOf(sorted, endKey));
    }

    write(space: Space, key: Key, { isDeleted, version, policy, value }: Update): void {
        const { entries, sorted } = this.#held(space);
        const isThere = entries.has(key);
        if (isThere === isDeleted) {
            sorted.splice(placeOf(sorted, key), isDeleted ? 1 : 0, ...(isDeleted ? [] : [key]));
        }
        if (isDeleted) {
            entries.delete(key);
        } else {
            entries.set(key, { version, policy, value: space.namespace === LIFECYCLE ? value : null });
        }
    }

    #held(space: Space): Held {
        const name = nameOf(space);
        const held = this.#spaces.get(name) ?? { space, entries: new Map<Key, Entry>(), sorted: [] };
        this.#spaces.set(name, held);
        return held;
    }
}

/** A name that no other space has: neither part holds this character. */
export const nameOf = ({ namespace, collection }: Space): string => `${namespace}\0${collection ?? ''}`;

/** Where a key stands among sorted ones, or would. */
function placeOf(sorted: readonly Key[], key: Key): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle] ?? '') < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
