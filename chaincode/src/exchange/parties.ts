import type { Agreement, Terms } from '../domain/agreement.js';
import { demand, marketError } from '../domain/errors.js';
import type { Execution } from '../domain/escrow.js';
import type { MeteringPoint } from '../domain/meter.js';
import type { Participant } from '../domain/participant.js';
import { demandServes, type Source, sourceOf } from '../domain/source.js';
import type { SlotIndex } from '../domain/units.js';
import { AGREEMENT, EXECUTION, METERING_POINT, SOURCE } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** An agreement with both its records. @throws AGREEMENT_MISSING {agreementId} */
export async function loadAgreement(
    ctx: TradeContext,
    agreementId: string,
): Promise<{ agreement: Agreement; execution: Execution }> {
    const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
    const execution = await ctx.ledger.get(EXECUTION, agreementId);
    if (agreement === null || execution === null) {
        throw marketError('AGREEMENT_MISSING', { agreementId });
    }
    return { agreement, execution };
}

/** The parties in the order of the terms. @throws PARTICIPANT_MISSING */
export async function loadParties(ctx: TradeContext, terms: Terms): Promise<Participant[]> {
    const parties: Participant[] = [];
    for (const { participantId } of terms.parties) {
        parties.push(await ctx.participant(participantId));
    }
    return parties;
}

/** The metering points that the legs name, as far as they exist. */
export async function loadPoints(ctx: TradeContext, terms: Terms): Promise<Map<string, MeteringPoint>> {
    const points = new Map<string, MeteringPoint>();
    for (const pointId of new Set(terms.legs.flatMap((leg) => [leg.sellerPoint, leg.buyerPoint]))) {
        const point = await ctx.ledger.get(METERING_POINT, pointId);
        if (point !== null) {
            points.set(pointId, point);
        }
    }
    return points;
}

/** @throws METER_MISSING {pointId} */
export async function pointOf(ctx: TradeContext, pointId: string): Promise<MeteringPoint> {
    const point = await ctx.ledger.get(METERING_POINT, pointId);
    if (point === null) {
        throw marketError('METER_MISSING', { pointId });
    }
    return point;
}

/** @throws SOURCE_MISSING {sourceId} */
export async function sourceNamed(ctx: TradeContext, sourceId: string): Promise<Source> {
    const source = await ctx.ledger.get(SOURCE, sourceId);
    if (source === null) {
        throw marketError('SOURCE_MISSING', { sourceId });
    }
    return source;
}

/**
 * The source that verifies delivery, if one does, is registered and serves all parties.
 * @throws SOURCE_MISSING, SOURCE_REVOKED {sourceId} · SOURCE_OF_OTHERS {sourceId, participantId}
 */
export async function demandSource(ctx: TradeContext, terms: Terms): Promise<void> {
    const sourceId = sourceOf(terms);
    if (sourceId !== null) {
        demandServes(await sourceNamed(ctx, sourceId), terms.parties);
    }
}

/**
 * A step that changes delivery begins at the next slot: it has not begun, and the one before it has (or delivery has not
 * begun at all).
 * @throws SLOT_BEGUN {slot} · SLOT_NOT_OVER {slot}
 */
export async function demandNext(
    ctx: TradeContext,
    { firstSlot }: Readonly<{ firstSlot: SlotIndex }>,
    fromSlot: SlotIndex,
): Promise<void> {
    await ctx.demandNotBegun(fromSlot);
    if (fromSlot > firstSlot) {
        const isNext = await ctx.hasTicked(fromSlot - 1);
        demand(isNext, 'SLOT_NOT_OVER', { slot: fromSlot - 2 });
    }
}
