import { assert, demand, marketError } from '../domain/errors.js';
import type { MeteringPoint } from '../domain/meter.js';
import { fitsBetween, followsReading, type Reading, sameReading, type SignedReading } from '../domain/reading.js';
import { canonicalJson } from '../wire/canonical.js';
import { encodePage, pointPageQueryCodec } from '../wire/query.js';
import { readingCodec, signedReadingCodec, submitReadingsCodec } from '../wire/reading.js';
import { LAST_READING, METERING_POINT, READING } from '../store/keys.js';
import { readingAfter, readingBefore } from '../store/neighbour-readings.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** Readings: signed by meters, brought by anyone. */
export class ReadingContract extends ExchangeContract {
    /**
     * Puts signed readings on the ledger. The same reading again changes nothing; the signature is the authority, so
     * whoever holds readings may submit them. One that was lost leaves a gap, and may still come if it fits there.
     * @throws METER_MISSING · SIGNATURE_INVALID · SLOT_NOT_OVER · READING_CONFLICT {pointId, slot}: other registers
     * stand for the slot · READING_OUT_OF_ORDER · READING_NOT_MONOTONIC
     */
    async submit(ctx: TradeContext, command: string): Promise<string> {
        const { readings } = submitReadingsCodec.decode(command);
        const points = new Map<string, MeteringPoint>();
        const last = new Map<string, Reading>();
        const accepted: SignedReading[] = [];
        const taken = new Map<string, SignedReading>();
        for (const signed of readings) {
            const { reading } = signed;
            const point = points.get(reading.pointId) ?? (await this.#point(ctx, reading));
            points.set(reading.pointId, point);
            await this.#verify(ctx, point, signed);
            const slotKey = `${reading.pointId}/${reading.slot}`;
            const existing = taken.get(slotKey) ?? (await ctx.ledger.get(READING, reading.pointId, reading.slot));
            if (existing !== null) {
                const same = sameReading(existing.reading, reading);
                demand(same, 'READING_CONFLICT', { pointId: reading.pointId, slot: reading.slot });
                continue;
            }
            await ctx.demandOver(reading.slot);
            const previous = last.get(reading.pointId) ?? (await this.#last(ctx, reading.pointId));
            if (reading.slot > previous.slot) {
                last.set(reading.pointId, followsReading(previous, reading));
            } else {
                await this.#fit(ctx, reading, accepted);
            }
            taken.set(slotKey, signed);
            accepted.push(signed);
        }
        await this.#record(ctx, accepted, [...last.values()]);
        return canonicalJson({ accepted: accepted.length });
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        const { pointId, ...page } = pointPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(READING, page, [pointId]), signedReadingCodec);
    }

    async #point(ctx: TradeContext, { pointId }: Reading): Promise<MeteringPoint> {
        const point = await ctx.ledger.get(METERING_POINT, pointId);
        if (point === null) {
            throw marketError('METER_MISSING', { pointId });
        }
        return point;
    }

    async #verify(ctx: TradeContext, point: MeteringPoint, { reading, signature }: SignedReading): Promise<void> {
        const { pointId, meterId } = reading;
        const { meter } = point;
        demand(meter !== null && meter.meterId === meterId, 'METER_MISSING', { pointId, meterId });
        const { chaincodes } = await ctx.charter();
        const body = readingCodec.toJson(reading);
        ctx.verify('commonwatt/reading/1', chaincodes.exchange, meter.publicKey, body, signature);
    }

    async #last(ctx: TradeContext, pointId: string): Promise<Reading> {
        const last = await ctx.ledger.get(LAST_READING, pointId);
        assert(last !== null, 'a meter has a baseline');
        return last;
    }

    /** A late reading has to fit between its neighbours, of which some may have come with it. */
    async #fit(ctx: TradeContext, reading: Reading, accepted: readonly SignedReading[]): Promise<void> {
        const { pointId, slot } = reading;
        const own = accepted.map((signed) => signed.reading).filter((other) => other.pointId === pointId);
        const near = [await readingBefore(ctx.ledger, pointId, slot), await readingAfter(ctx.ledger, pointId, slot)];
        const known = [...own, ...near.filter((neighbour) => neighbour !== null)].sort(bySlot);
        const before = known.findLast((other) => other.slot < slot) ?? null;
        const after = known.find((other) => other.slot > slot) ?? null;
        fitsBetween(before, reading, after);
    }

    async #record(ctx: TradeContext, accepted: readonly SignedReading[], last: readonly Reading[]): Promise<void> {
        if (accepted.length === 0) {
            return;
        }
        for (const signed of accepted) {
            ctx.ledger.put(READING, signed);
        }
        for (const reading of last) {
            ctx.ledger.put(LAST_READING, reading);
        }
        const pointIds = [...new Set(accepted.map(({ reading }) => reading.pointId))];
        await ctx.commit({
            event: { name: 'ReadingsSubmitted/1', payload: { pointIds, readings: accepted.length } },
        });
    }
}

const bySlot = (left: Reading, right: Reading): number => left.slot - right.slot;
