import { demand, marketError } from '../domain/errors.js';
import { type MeteringPoint, registerMeter } from '../domain/meter.js';
import type { SignedReading } from '../domain/reading.js';
import { meteringPointCodec, registerMeterCodec } from '../wire/meter.js';
import { encodePage, pageQueryCodec, pointQueryCodec } from '../wire/query.js';
import { readingCodec } from '../wire/reading.js';
import { LAST_READING, METERING_POINT, POINT_FROM_SLOT, READING } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** Metering points, registered by the network operator's metering seat. */
export class MeterContract extends ExchangeContract {
    /**
     * Registers a metering point from a coming slot on, with its meter's signed baseline. Only a future slot: settlement
     * finds points by their first slot, so none can be slipped in behind it.
     * @throws CALLER_NOT_SEATED · PARTICIPANT_MISSING · SIGNATURE_INVALID · SLOT_BEGUN · METER_CONFLICT ·
     * INPUT_INVALID {reason}: the baseline is not the point's own
     */
    async register(ctx: TradeContext, command: string): Promise<string> {
        const { point, baseline } = registerMeterCodec.decode(command);
        await ctx.officer('meter', 'register');
        const existing = await ctx.ledger.get(METERING_POINT, point.pointId);
        const registered = registerMeter(existing, point);
        if (existing !== null) {
            return meteringPointCodec.encode(registered);
        }
        await ctx.participant(point.participantId);
        await ctx.demandNotBegun(point.fromSlot);
        await this.#putBaseline(ctx, point, baseline);
        ctx.ledger.put(METERING_POINT, point);
        ctx.ledger.put(POINT_FROM_SLOT, point);
        const { pointId, participantId, carrier } = point;
        await ctx.commit({ event: { name: 'MeterRegistered/1', payload: { pointId, participantId, carrier } } });
        return meteringPointCodec.encode(registered);
    }

    /** @throws METER_MISSING {pointId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { pointId } = pointQueryCodec.decode(query);
        const point = await ctx.ledger.get(METERING_POINT, pointId);
        if (point === null) {
            throw marketError('METER_MISSING', { pointId });
        }
        return meteringPointCodec.encode(point);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(METERING_POINT, pageQueryCodec.decode(query)), meteringPointCodec);
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
        ctx.ledger.put(READING, baseline);
        ctx.ledger.put(LAST_READING, reading);
    }
}
