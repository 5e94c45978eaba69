/**
 * Peers one after the other. Two that dial each other at the same instant each drop the other's connection, and
 * gossip then waits 5 s, a constant of Fabric's, before it tries again.
 */
export async function inTurn<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
    for (const item of items) {
        await action(item);
    }
}
