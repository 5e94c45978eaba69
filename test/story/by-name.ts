/** What one act did for each of several names. */
export type ByName<Value> = ReadonlyMap<string, Value>;

/** What an act did for a name; every act deals with all its names. */
export function of<Value>(act: ByName<Value>, name: string): Value {
    const value = act.get(name);
    if (value === undefined) {
        throw new Error(`the act did nothing for ${name}`);
    }
    return value;
}

/** Does the same for several things at once. */
export async function forEach<Item, Value>(
    items: readonly Item[],
    nameOf: (item: Item) => string,
    step: (item: Item) => Promise<Value>,
): Promise<ByName<Value>> {
    return new Map(await Promise.all(items.map(async (item) => [nameOf(item), await step(item)] as const)));
}
