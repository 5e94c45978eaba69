import { endSlot, type Terms } from '../domain/agreement.js';
import type { Execution } from '../domain/escrow.js';
import {
    addLoad,
    changedLoads,
    demandCapacity,
    emptyLoading,
    limitsOf,
    type Load,
    type Loading,
    loadsOf,
    startsOf,
} from '../domain/loading.js';
import { limitsConnections } from '../domain/screening.js';
import type { SlotIndex } from '../domain/units.js';
import { CONNECTED_AGREEMENT, CONNECTION, LOADING } from '../store/keys.js';
import { loadPoints } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** Loads the connections of an agreement that enters into force. @throws CONNECTION_OVERLOADED */
export async function loadConnections(ctx: TradeContext, agreementId: string, terms: Terms): Promise<void> {
    const { firstSlot } = terms;
    const loads = loadsOf(terms, await loadPoints(ctx, terms), firstSlot, endSlot(terms));
    await putLoads(ctx, loads, terms);
    for (const { carrier, connectionPoint } of loads) {
        ctx.ledger.put(CONNECTED_AGREEMENT, { carrier, connectionPoint, firstSlot, agreementId });
    }
}

/** Loads the connections of an agreement with what it delivers from a slot on by its next terms. @throws CONNECTION_OVERLOADED */
export async function reloadConnections(
    ctx: TradeContext,
    execution: Execution,
    { before, after }: Readonly<{ before: Terms; after: Terms }>,
    fromSlot: SlotIndex,
): Promise<void> {
    if (execution.state !== 'inForce') {
        return; // nothing is loaded before it is funded
    }
    const points = await loadPoints(ctx, after);
    const given = loadsOf(after, points, fromSlot, endSlot(after));
    await putLoads(ctx, changedLoads(loadsOf(before, points, fromSlot, execution.endSlot), given), after);
}

/** Takes back what an agreement no longer delivers: the slots between its ends after and before. */
export async function unloadConnections(
    ctx: TradeContext,
    terms: Terms,
    { before, after }: Readonly<{ before: Execution; after: Execution }>,
): Promise<void> {
    if (before.state !== 'inForce') {
        return;
    }
    const points = await loadPoints(ctx, terms);
    await putLoads(ctx, changedLoads(loadsOf(terms, points, after.endSlot, before.endSlot), []), terms);
}

/**
 * Changes the loading of the connections that are limited. The others have none, so that nobody waits for anybody at a
 * point that a common seller delivers from.
 */
async function putLoads(ctx: TradeContext, loads: readonly Load[], terms: Terms): Promise<void> {
    const { slotMinutes } = await ctx.charter();
    const rules = await ctx.rulesOf(terms);
    for (const load of loads) {
        const { carrier, connectionPoint } = load;
        const connection = await ctx.ledger.get(CONNECTION, carrier, connectionPoint);
        for (const start of connection === null ? [] : startsOf(load)) {
            const before = await loadingOf(ctx, load, start);
            const after = addLoad(before, load);
            if (connection !== null && limitsConnections(rules, carrier)) {
                demandCapacity(before, after, limitsOf(connection, slotMinutes));
            }
            ctx.ledger.put(LOADING, after);
        }
    }
}

/** The loading record that begins with a slot. */
export async function loadingOf(
    ctx: TradeContext,
    { carrier, connectionPoint }: Pick<Load, 'carrier' | 'connectionPoint'>,
    start: SlotIndex,
): Promise<Loading> {
    const loading = await ctx.ledger.get(LOADING, carrier, connectionPoint, start);
    return loading ?? emptyLoading(carrier, connectionPoint, start);
}
