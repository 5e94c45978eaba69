import { demand, marketError } from '../domain/errors.js';
import {
    countedBy,
    demandInstalled,
    fitsBetween,
    followsReading,
    type LastReading,
    type Reading,
    type RecordedReading,
    sameReading,
    type SignedReading,
} from '../domain/reading.js';
import { canonicalJson } from '../wire/canonical.js';
import { encodePage, pointPageQueryCodec } from '../wire/query.js';
import { readingCodec, recordedReadingCodec, submitReadingsCodec } from '../wire/reading.js';
import { LAST_READING, READING } from '../store/keys.js';
import { readingAfter, readingBefore } from '../store/neighbour-readings.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** Readings: signed by meters, brought by anyone. */
export class ReadingContract extends ExchangeContract {
    /**
     * Puts signed readings on the ledger. The same reading again changes nothing; the signature is the authority, so
     * whoever holds readings may submit them. One that was lost leaves a gap, and may still come if it fits there, as
     * long as its meter is installed.
     * @throws METER_MISSING · SIGNATURE_INVALID · SLOT_NOT_OVER · READING_CONFLICT {pointId, slot}: other registers
     * stand for the slot · READING_OUT_OF_ORDER · READING_NOT_MONOTONIC · INPUT_INVALID {reason}: a gas meter tells
     * volumes, no other does
     */
    async submit(ctx: TradeContext, command: string): Promise<string> {
        const { readings } = submitReadingsCodec.decode(command);
        const last = new Map<string, LastReading>();
        const accepted = new Map<string, RecordedReading>();
        for (const signed of readings) {
            const { reading } = signed;
            const { pointId, slot } = reading;
            const slotKey = `${pointId}/${slot}`;
            const existing = accepted.get(slotKey) ?? (await ctx.ledger.get(READING, pointId, slot));
            const previous = last.get(pointId) ?? (await this.#last(ctx, reading));
            last.set(pointId, previous);
            if (existing !== null && sameReading(existing.reading, reading)) {
                continue;
            }
            await this.#verify(ctx, previous, signed);
            demand(existing === null, 'READING_CONFLICT', { pointId, slot });
            await ctx.demandOver(slot);
            demandInstalled(previous, reading);
            const recorded: RecordedReading = { ...signed, counted: countedBy(previous, reading) };
            if (slot > previous.reading.slot) {
                followsReading(previous.reading, reading);
                last.set(pointId, { ...previous, reading, counted: recorded.counted });
            } else {
                await this.#fit(ctx, recorded, [...accepted.values()]);
            }
            accepted.set(slotKey, recorded);
        }
        await this.#record(ctx, [...accepted.values()], [...last.values()]);
        return canonicalJson({ accepted: accepted.size });
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        const { pointId, ...page } = pointPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(READING, page, [pointId]), recordedReadingCodec);
    }

    async #last(ctx: TradeContext, { pointId, meterId }: Reading): Promise<LastReading> {
        const last = await ctx.ledger.get(LAST_READING, pointId);
        if (last === null) {
            throw marketError('METER_MISSING', { pointId, meterId });
        }
        return last;
    }

    async #verify(ctx: TradeContext, last: LastReading, { reading, signature }: SignedReading): Promise<void> {
        const { pointId, meterId, volume } = reading;
        demand(last.reading.meterId === meterId, 'METER_MISSING', { pointId, meterId });
        const { chaincodes } = await ctx.charter();
        const body = readingCodec.toJson(reading);
        ctx.verify('commonwatt/reading/1', chaincodes.exchange, last.publicKey, body, signature);
        const tellsAsBefore = (volume === null) === (last.reading.volume === null);
        demand(tellsAsBefore, 'INPUT_INVALID', { reason: 'a gas meter tells volumes, no other does' });
    }

    /** A late reading has to fit between its neighbours, of which some may have come with it. */
    async #fit(ctx: TradeContext, recorded: RecordedReading, accepted: readonly RecordedReading[]): Promise<void> {
        const { pointId, slot } = recorded.reading;
        const own = accepted.filter(({ reading }) => reading.pointId === pointId);
        const near = [await readingBefore(ctx, pointId, slot), await readingAfter(ctx, pointId, slot)];
        const known = [...own, ...near.filter((neighbour) => neighbour !== null)].sort(bySlot);
        const before = known.findLast(({ reading }) => reading.slot < slot) ?? null;
        const after = known.find(({ reading }) => reading.slot > slot) ?? null;
        fitsBetween(before, recorded, after);
    }

    async #record(
        ctx: TradeContext,
        accepted: readonly RecordedReading[],
        last: readonly LastReading[],
    ): Promise<void> {
        if (accepted.length === 0) {
            return;
        }
        for (const recorded of accepted) {
            ctx.ledger.put(READING, recorded);
        }
        for (const latest of last) {
            // What came late, or was known, is not the last.
            if (accepted.some(({ reading }) => reading === latest.reading)) {
                ctx.ledger.put(LAST_READING, latest);
            }
        }
        const pointIds = [...new Set(accepted.map(({ reading }) => reading.pointId))];
        await ctx.commit({
            event: { name: 'ReadingsSubmitted/1', payload: { pointIds, readings: accepted.length } },
        });
    }
}

const bySlot = (left: RecordedReading, right: RecordedReading): number => left.reading.slot - right.reading.slot;
