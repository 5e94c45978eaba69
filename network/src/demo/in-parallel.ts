/** Transactions in flight at a time: enough to fill blocks, few enough for two cores. */
const IN_FLIGHT_MAX = 24;

/**
 * Runs a task for every item, in parallel, but tasks that name a key in common one after the other; results are in the
 * order of the items.
 */
export async function inParallel<Item, Result>(
    items: readonly Item[],
    run: (item: Item) => Promise<Result>,
    keysOf: (item: Item) => readonly string[] = () => [],
): Promise<Result[]> {
    const results: Result[] = [];
    const waiting = items.map((item, index) => ({ item, index, keys: keysOf(item) }));
    const busy = new Set<string>();
    let inFlight = 0;
    await new Promise<void>((resolve, reject) => {
        const next = (): void => {
            while (inFlight < IN_FLIGHT_MAX) {
                const position = waiting.findIndex(({ keys }) => !keys.some((key) => busy.has(key)));
                const [task] = position === -1 ? [] : waiting.splice(position, 1);
                if (task === undefined) {
                    break;
                }
                inFlight += 1;
                task.keys.forEach((key) => busy.add(key));
                run(task.item).then((result) => {
                    results[task.index] = result;
                    task.keys.forEach((key) => busy.delete(key));
                    inFlight -= 1;
                    next();
                }, reject);
            }
            if (inFlight === 0 && waiting.length === 0) {
                resolve();
            }
        };
        next();
    });
    return results;
}
