import { demandSetAside } from '../domain/admission.js';
import { endSlot, type Terms } from '../domain/agreement.js';
import type { Rating } from '../domain/conformity.js';
import { type Connection, noShare, shareLimits } from '../domain/connection.js';
import { excessOf, type Limits, type Load, loadKey, loadsOf, SIDE_NAMES } from '../domain/loading.js';
import { marketError } from '../domain/errors.js';
import { limitsConnections } from '../domain/screening.js';
import { ADMISSION, AGREEMENT_AT_POINT, CONNECTION, COUNTED_POINT, SHARE } from '../store/keys.js';
import { loadPoints } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** What limits a point: its share of a connection, and what its device is rated for. */
export type Bound = Readonly<{ connectionPoint: string | null; share: Limits; ratings: readonly Rating[] }>;

/** By carrier and point. */
export type Bounds = ReadonlyMap<string, Bound>;

export const UNBOUND: Bound = { connectionPoint: null, share: {}, ratings: [] };

/**
 * What limits the points of terms, by their own rules. It reads shares of connections, which their owners change: rounds of
 * admission ask.
 */
export async function boundsOf(ctx: TradeContext, terms: Terms, ratings: readonly Rating[]): Promise<Bounds> {
    const { slotMinutes } = await ctx.charter();
    const bounds = new Map<string, Bound>();
    for (const point of await pointsOf(ctx, terms, ratings)) {
        const { carrier, pointId, connection, ratings: own } = point;
        if (connection === null) {
            bounds.set(loadKey(point), { ...UNBOUND, ratings: own });
            continue;
        }
        const { connectionPoint } = connection.statement;
        const share = await ctx.ledger.get(SHARE, carrier, connectionPoint, pointId);
        const limits = shareLimits(connection, share ?? noShare(carrier, connectionPoint, pointId), slotMinutes);
        bounds.set(loadKey(point), { connectionPoint, share: limits, ratings: own });
    }
    return bounds;
}

export function isLimited(bounds: Bounds, point: Pick<Load, 'carrier' | 'pointId'>): boolean {
    const { share, ratings } = bounds.get(loadKey(point)) ?? UNBOUND;
    return Object.keys(share).length + ratings.length > 0;
}

/**
 * Terms that come into force do so within what a round has set aside, at every point that is limited or counted. It reads
 * the agreement's own admission, no sum and no share: nobody waits for anybody at the device of a common seller.
 * @param ratings what the devices that sell are rated for
 * @throws CAPACITY_MISSING {agreementId, version, carrier, pointId, side, slot}
 */
export async function demandCapacity(
    ctx: TradeContext,
    agreementId: string,
    terms: Terms,
    ratings: readonly Rating[],
): Promise<void> {
    for (const { load, carrier, pointId, connection, ratings: own } of await pointsOf(ctx, terms, ratings)) {
        const isBound = connection !== null || own.length > 0;
        if (isBound || (await ctx.ledger.get(COUNTED_POINT, carrier, pointId)) !== null) {
            const admission = await ctx.ledger.get(ADMISSION, agreementId);
            demandSetAside({ agreementId, version: terms.version }, admission, load);
        }
    }
}

/** Leaves word of an agreement in force at its points, written blindly: who counts one later finds it there. */
export async function noteAtPoints(ctx: TradeContext, agreementId: string, terms: Terms): Promise<void> {
    const { firstSlot } = terms;
    for (const { carrier, pointId } of loadsOf(terms, await loadPoints(ctx, terms), endSlot(terms))) {
        ctx.ledger.put(AGREEMENT_AT_POINT, { carrier, pointId, firstSlot, agreementId });
    }
}

type PointOfTerms = Pick<Load, 'carrier' | 'pointId'> &
    Readonly<{ load: Load; connection: Connection | null; ratings: readonly Rating[] }>;

/** The points that terms load, with the connections and ratings that limit them. */
async function pointsOf(ctx: TradeContext, terms: Terms, ratings: readonly Rating[]): Promise<PointOfTerms[]> {
    const points = await loadPoints(ctx, terms);
    const rules = await ctx.rulesOf(terms);
    const found: PointOfTerms[] = [];
    for (const load of loadsOf(terms, points, endSlot(terms))) {
        const { carrier, pointId } = load;
        const connectionPoint = points.get(pointId)?.connectionPoint;
        const isScreened = connectionPoint !== undefined && limitsConnections(rules, carrier);
        const connection = isScreened ? await ctx.ledger.get(CONNECTION, carrier, connectionPoint) : null;
        const own = ratings.filter((each) => each.carrier === carrier && each.deviceId === pointId);
        found.push({ carrier, pointId, load, connection, ratings: own });
    }
    return found;
}

/**
 * What was added at a point stays within what limits it.
 * @throws CONNECTION_OVERLOADED {carrier, connectionPoint, pointId, side, slot, energyWh, limitWh} · CONFORMITY_EXCEEDED
 */
export function demandRoom(
    before: Load,
    after: Load,
    { connectionPoint, share, ratings }: Bound,
    fromSlot = after.firstSlot,
): void {
    const { carrier, pointId } = after;
    const over = excessOf(before, after, share, fromSlot);
    if (over !== null) {
        const { side, slot, energyWh, limitWh } = over;
        const operands = { carrier, connectionPoint, pointId, side: SIDE_NAMES[side], slot, energyWh, limitWh };
        throw marketError('CONNECTION_OVERLOADED', operands);
    }
    for (const { deviceId, standardId, fromSlot: ratedFrom, ratedWh } of ratings) {
        const beyond = excessOf(before, after, { soldWh: ratedWh }, ratedFrom);
        if (beyond !== null) {
            const { slot, energyWh } = beyond;
            throw marketError('CONFORMITY_EXCEEDED', { deviceId, standardId, slot, energyWh, ratedWh });
        }
    }
}
