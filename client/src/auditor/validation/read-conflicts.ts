import type { BlockUpdates } from './block-updates.js';
import { merkleSummaryOf, type Result, sameSummary } from './merkle-summary.js';
import { NotRecomputable } from './not-recomputable.js';
import { type KeySet, type NamespaceSet, type RangeQuery, sameVersion } from './read-write-set.js';
import type { ShadowState, Space } from './shadow-state.js';

export type Conflict = 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT';

const DEGREE_MIN = 2;

/**
 * Whether what a transaction read is still so: after the block before, and nothing of it changed by a valid transaction
 * before it in its own block.
 * @throws NotRecomputable
 */
export function conflictOf(sets: readonly NamespaceSet[], before: ShadowState, updates: BlockUpdates): Conflict | null {
    const isStale = (keys: KeySet): boolean =>
        keys.reads.some(
            ({ key, version }) =>
                updates.find(keys, key) !== undefined || !sameVersion(before.read(keys, key)?.version ?? null, version),
        );
    for (const { keys, collections } of sets) {
        if (isStale(keys)) {
            return 'MVCC_READ_CONFLICT';
        }
        if (keys.rangeQueries.some((query) => !isSameRange(query, keys, before, updates))) {
            return 'PHANTOM_READ_CONFLICT';
        }
        if (collections.some(isStale)) {
            return 'MVCC_READ_CONFLICT';
        }
    }
    return null;
}

function isSameRange(query: RangeQuery, space: Space, before: ShadowState, updates: BlockUpdates): boolean {
    const results = resultsOf(query, space, before, updates);
    if (query.summary !== null) {
        const { maxDegree } = query.summary;
        if (maxDegree < DEGREE_MIN) {
            throw new NotRecomputable(`a range summed up in groups of ${String(maxDegree)}`);
        }
        return sameSummary(query.summary, merkleSummaryOf(results, maxDegree));
    }
    const found = [...results];
    return (
        found.length === query.reads.length &&
        found.every(({ key, version }, index) => {
            const read = query.reads[index];
            return read?.key === key && sameVersion(read.version, version);
        })
    );
}

/** What the range holds now. A range that was not read to its end was read up to and with its end key. */
function* resultsOf(
    { startKey, endKey, isExhausted }: RangeQuery,
    space: Space,
    before: ShadowState,
    updates: BlockUpdates,
): Generator<Result> {
    const changed = updates.keysFrom(space, startKey, endKey);
    const held = before.keysFrom(space, startKey, endKey);
    const keys = changed.length === 0 ? held : [...new Set([...held, ...changed])].sort();
    for (const key of isExhausted ? keys : [...keys, endKey]) {
        const update = updates.find(space, key);
        const entry = update ?? before.read(space, key);
        if (entry !== undefined && update?.isDeleted !== true) {
            yield { key, version: entry.version };
        }
    }
}
