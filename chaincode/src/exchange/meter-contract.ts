import { checkChargePoint, connectTo } from '../domain/charge-point.js';
import { isLot } from '../domain/charter.js';
import { demand, marketError } from '../domain/errors.js';
import { type MeteringPoint, registerMeter, type Registers } from '../domain/meter.js';
import {
    demandDead,
    exchangeMeter,
    exchangeStatementOf,
    type MeterExchange,
    sameExchange,
} from '../domain/meter-exchange.js';
import { countedFirst, type LastReading, type SignedReading } from '../domain/reading.js';
import { demandUnreserved } from '../domain/reserved-ids.js';
import { checkParent } from '../domain/sub-meter.js';
import { demandPointOfKind } from '../domain/trades-of-kind.js';
import type { SlotIndex } from '../domain/units.js';
import {
    meterExchangeCodec,
    meterExchangeHashOf,
    meterExchangeStatementCodec,
    meteringPointCodec,
    registerMeterCodec,
} from '../wire/meter.js';
import { encodePage, pageQueryCodec, pointQueryCodec } from '../wire/query.js';
import { readingCodec } from '../wire/reading.js';
import { CHARGE_POINT, LAST_READING, METER_EXCHANGE, METERING_POINT, POINT_FROM_SLOT, READING } from '../store/keys.js';
import { demandFact } from './confirmed-facts.js';
import { ExchangeContract } from './exchange-contract.js';
import { demandOwners } from './owner-consents.js';
import { pointOf } from './parties.js';
import { estimatedAfter } from './points-as-known.js';
import type { TradeContext } from './trade-context.js';

/** Metering points, registered by the network operator's metering seat. */
export class MeterContract extends ExchangeContract {
    /**
     * Registers a metering point from a coming slot on, with its meter's signed baseline. Only a future slot: settlement
     * finds points by their first slot, so none can be slipped in behind it. What it counts is billed to its owner and
     * subtracted from its parent or charge point, so their owners sign it.
     * @throws CALLER_NOT_SEATED · ID_RESERVED {id} · PARTICIPANT_MISSING · SIGNATURE_MISSING {participantId, keyId} · SIGNATURE_WITHDRAWN · POINT_NOT_OF_KIND · SIGNATURE_INVALID · SLOT_BEGUN · METER_CONFLICT ·
     * INPUT_INVALID {reason}: the baseline is not the point's own · METER_MISSING {pointId}: of the parent or charge
     * point · METER_RELATION_INVALID {pointId, otherId, reason} · CHARGE_POINT_TAKEN {chargePointId, pointId}
     */
    async register(ctx: TradeContext, command: string): Promise<string> {
        const { point, baseline, consents } = registerMeterCodec.decode(command);
        await ctx.officer('meter', 'register');
        const existing = await ctx.ledger.get(METERING_POINT, point.pointId);
        const registered = registerMeter(existing, point);
        if (existing !== null) {
            return meteringPointCodec.encode(registered);
        }
        demandUnreserved(point.pointId);
        demandPointOfKind(point, await ctx.participant(point.participantId));
        await ctx.demandNotBegun(point.fromSlot);
        const ownerIds = [point.participantId, ...(await this.#relate(ctx, point))];
        await demandOwners(ctx, ['commonwatt/metering-point/1', meteringPointCodec.toJson(point)], ownerIds, consents);
        await this.#putBaseline(ctx, point, baseline);
        ctx.ledger.put(METERING_POINT, point);
        ctx.ledger.put(POINT_FROM_SLOT, point);
        const { pointId, participantId, carrier } = point;
        await ctx.commit({ event: { name: 'MeterRegistered/1', payload: { pointId, participantId, carrier } } });
        return meteringPointCodec.encode(registered);
    }

    /**
     * Installs another meter at a point, within a slot that has begun; the old one is never heard again. The owner signs
     * it, or the regulator has confirmed it after notice. Where a dead meter closed is estimated from its last readings.
     * @throws CALLER_NOT_SEATED · METER_MISSING {pointId, meterId} · METER_EXCHANGE_CONFLICT {pointId, meterId} ·
     * SLOT_NOT_OVER · SIGNATURE_MISSING · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN · FACT_NOT_CONFIRMED ·
     * METER_EXCHANGE_INVALID {pointId, reason}
     */
    async exchange(ctx: TradeContext, command: string): Promise<string> {
        const exchanged = meterExchangeCodec.decode(command);
        const { pointId, oldMeterId, closing, opening, meter } = exchanged;
        await ctx.officer('meter', 'exchange');
        const point = await pointOf(ctx, pointId);
        const existing = await ctx.ledger.get(METER_EXCHANGE, pointId, oldMeterId);
        if (existing !== null) {
            demand(sameExchange(existing, exchanged), 'METER_EXCHANGE_CONFLICT', { pointId, meterId: oldMeterId });
            return meteringPointCodec.encode(point);
        }
        const last = await ctx.ledger.get(LAST_READING, pointId);
        if (last?.reading.meterId !== oldMeterId) {
            throw marketError('METER_MISSING', { pointId, meterId: oldMeterId });
        }
        const returned = await ctx.ledger.get(METER_EXCHANGE, pointId, meter.meterId);
        demand(returned === null, 'METER_EXCHANGE_CONFLICT', { pointId, meterId: meter.meterId });
        const { slot } = opening.reading;
        await ctx.demandOver(slot);
        await demandAgreed(ctx, exchanged, point.participantId);
        const { chaincodes } = await ctx.charter();
        if (closing !== null) {
            const closed = readingCodec.toJson(closing.reading);
            ctx.verify('commonwatt/closing/1', chaincodes.exchange, last.publicKey, closed, closing.signature);
        }
        const begun = readingCodec.toJson(opening.reading);
        ctx.verify('commonwatt/reading/1', chaincodes.exchange, meter.publicKey, begun, opening.signature);
        const after = exchangeMeter(
            point,
            last,
            exchanged,
            closing === null ? await estimatedClosing(ctx, last, slot) : null,
        );
        ctx.ledger.put(METER_EXCHANGE, exchanged);
        ctx.ledger.put(METERING_POINT, after.point);
        ctx.ledger.put(LAST_READING, after.last);
        const payload = { pointId, oldMeterId, meterId: meter.meterId, slot, isDead: closing === null };
        await ctx.commit({ event: { name: 'MeterExchanged/1', payload } });
        return meteringPointCodec.encode(after.point);
    }

    /** @throws METER_MISSING {pointId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { pointId } = pointQueryCodec.decode(query);
        return meteringPointCodec.encode(await pointOf(ctx, pointId));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(METERING_POINT, pageQueryCodec.decode(query)), meteringPointCodec);
    }

    /** Finds the points that this one refers to, and takes its place at a charge point. @returns their owners */
    async #relate(ctx: TradeContext, point: MeteringPoint): Promise<string[]> {
        const { pointId, parentPointId, chargePointId } = point;
        const parent = parentPointId === null ? null : await pointOf(ctx, parentPointId);
        if (parent !== null) {
            checkParent(point, parent);
        }
        const isElsewhere = chargePointId !== null && chargePointId !== pointId;
        const chargePoint = isElsewhere ? await pointOf(ctx, chargePointId) : null;
        checkChargePoint(point, chargePoint);
        demand(!isLot(point.carrier) || point.meter === null, 'INPUT_INVALID', { reason: 'lots are not metered' });
        if (chargePoint !== null) {
            ctx.ledger.put(
                CHARGE_POINT,
                connectTo(await ctx.ledger.get(CHARGE_POINT, chargePoint.pointId), chargePoint, point),
            );
        }
        return [parent, chargePoint].flatMap((each) => (each === null ? [] : [each.participantId]));
    }

    async #putBaseline(ctx: TradeContext, point: MeteringPoint, baseline: SignedReading | null): Promise<void> {
        if (point.meter === null || baseline === null) {
            const scheduled = point.meter === null && baseline === null;
            demand(scheduled, 'INPUT_INVALID', { reason: 'a meter comes with a baseline' });
            return;
        }
        const { reading, signature } = baseline;
        const own =
            reading.pointId === point.pointId &&
            reading.meterId === point.meter.meterId &&
            reading.sequence === 0 &&
            reading.slot === point.fromSlot - 1;
        demand(own, 'INPUT_INVALID', { reason: 'the baseline is sequence 0 at the end of the slot before the first' });
        const { chaincodes } = await ctx.charter();
        const { publicKey } = point.meter;
        ctx.verify('commonwatt/reading/1', chaincodes.exchange, publicKey, readingCodec.toJson(reading), signature);
        const tellsVolume = reading.volume !== null;
        demand(tellsVolume === (point.carrier === 'gas'), 'INPUT_INVALID', {
            reason: 'a gas meter tells volumes, no other does',
        });
        const counted = countedFirst(reading);
        ctx.ledger.put(READING, { ...baseline, counted });
        ctx.ledger.put(LAST_READING, { reading, counted, publicKey, firstSlot: point.fromSlot });
    }
}

/** The owner signs which meter counts for it; in its absence the regulator has confirmed that, after notice. */
async function demandAgreed(ctx: TradeContext, exchanged: MeterExchange, ownerId: string): Promise<void> {
    const statement = exchangeStatementOf(exchanged);
    const { consent, pointId } = exchanged;
    if (consent === null) {
        const factHash = meterExchangeHashOf(statement);
        await demandFact(ctx, { kind: 'meterExchange', subjectId: pointId, factHash });
        return;
    }
    const body = meterExchangeStatementCodec.toJson(statement);
    await demandOwners(ctx, ['commonwatt/meter-exchange/1', body], [ownerId], [consent]);
}

/** Nobody chooses where a dead meter closed: its readings tell, as they would for a slot that nobody has read. */
async function estimatedClosing(ctx: TradeContext, last: LastReading, slot: SlotIndex): Promise<Registers> {
    demandDead(last, slot, (await ctx.rulesAt(slot)).readingDeadlineSlots);
    const { pointId } = last.reading;
    return estimatedAfter(ctx, pointId, { slot: last.reading.slot, ...last.counted }, slot);
}
