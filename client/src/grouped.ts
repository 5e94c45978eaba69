/** Items with the same key together, groups and items in the order in which they come. */
export function groupBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, [Item, ...Item[]]> {
    const groups = new Map<Key, [Item, ...Item[]]>();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [item]);
        } else {
            group.push(item);
        }
    }
    return groups;
}

/** The same, in the order of the keys. */
export const grouped = <Item>(items: readonly Item[], keyOf: (item: Item) => string): [Item, ...Item[]][] =>
    [...groupBy(items, keyOf)].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group);
