import { handedOver } from '../domain/charge-point.js';
import type { Carrier } from '../domain/charter.js';
import { type MeteredPoint, silentPoints } from '../domain/delivery.js';
import { assert, demand, marketError } from '../domain/errors.js';
import {
    type Estimates,
    estimateRegisters,
    type RegistersAt,
    type RegisterState,
    sameTypeSlots,
} from '../domain/estimation.js';
import type { Counted, MeteringPoint, Registers } from '../domain/meter.js';
import type { RecordedReading } from '../domain/reading.js';
import { minus, type SlotIndex } from '../domain/units.js';
import { ESTIMATES, METERING_POINT, POINT_FROM_SLOT, READING } from '../store/keys.js';
import { readingAfter, readingBefore } from '../store/neighbour-readings.js';
import type { TradeContext } from './trade-context.js';

const MINUTES_PER_DAY = 1_440;

/**
 * Every metering point of a carrier that counts in a slot, with its registers at both ends. Once the deadline has
 * passed, what the meters have not told is estimated.
 * @throws READING_MISSING {pointIds} before the deadline · SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}: how
 * the slot begins is only known after the run of the slot before it
 */
export async function meteredPoints(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<MeteredPoint[]> {
    const registered = await ctx.ledger.scan(POINT_FROM_SLOT, [carrier, 0], [carrier, slot + 1]);
    if (carrier === 'mobility') {
        return mobilityPoints(ctx, registered, slot);
    }
    const carried = await ctx.ledger.get(ESTIMATES, carrier, slot - 1);
    const points: MeteredPoint[] = [];
    for (const point of registered) {
        const { pointId } = point;
        const isMetered = point.meter !== null;
        const before = isMetered ? (carriedState(carried, pointId) ?? (await readState(ctx, pointId, slot - 1))) : null;
        const after = isMetered ? await readState(ctx, pointId, slot) : null;
        points.push({ point, before, after, isStation: false });
    }
    const silent = silentPoints(points);
    if (silent.length === 0) {
        return points;
    }
    await demandLate(ctx, silent, slot);
    return estimated(ctx, points, slot);
}

/**
 * Mobility points with the registers of their charge points' meters. What electricity's run of a slot has estimated
 * counts here too, so that both carriers settle the same energy.
 */
async function mobilityPoints(
    ctx: TradeContext,
    registered: readonly MeteringPoint[],
    slot: SlotIndex,
): Promise<MeteredPoint[]> {
    const begun = await ctx.ledger.get(ESTIMATES, 'electricity', slot - 1);
    const ended = await ctx.ledger.get(ESTIMATES, 'electricity', slot);
    const chargePoints: MeteredPoint[] = [];
    for (const chargePointId of new Set(registered.map((point) => point.chargePointId))) {
        assert(chargePointId !== null, 'mobility has charge points');
        const point = await ctx.ledger.get(METERING_POINT, chargePointId);
        assert(point !== null, 'a charge point is registered before what it hands over');
        const before = carriedState(begun, chargePointId) ?? (await readState(ctx, chargePointId, slot - 1));
        const after = carriedState(ended, chargePointId) ?? (await readState(ctx, chargePointId, slot));
        chargePoints.push({ point, before, after, isStation: false });
    }
    const silent = silentPoints(chargePoints);
    if (silent.length > 0) {
        await demandLate(ctx, silent, slot);
        throw marketError('SETTLEMENT_OUT_OF_ORDER', {
            agreementId: null,
            carrier: 'electricity',
            slot,
            nextSlot: slot,
        });
    }
    return chargePoints.flatMap((chargePoint) =>
        handedOver(
            chargePoint,
            registered.filter((point) => point.chargePointId === chargePoint.point.pointId),
        ),
    );
}

/** @throws READING_MISSING {pointIds} before the deadline for readings */
async function demandLate(ctx: TradeContext, silent: readonly MeteredPoint[], slot: SlotIndex): Promise<void> {
    const { readingDeadlineSlots } = await ctx.rules();
    const isLate = await ctx.hasTicked(slot + 1 + readingDeadlineSlots);
    demand(isLate, 'READING_MISSING', { pointIds: silent.map(({ point }) => point.pointId) });
}

async function estimated(ctx: TradeContext, points: readonly MeteredPoint[], slot: SlotIndex): Promise<MeteredPoint[]> {
    const completed: MeteredPoint[] = [];
    for (const metered of points) {
        const { point, before, after } = metered;
        if (point.meter === null) {
            completed.push(metered);
            continue;
        }
        demand(before !== null, 'SETTLEMENT_OUT_OF_ORDER', {
            agreementId: null,
            carrier: point.carrier,
            slot,
            nextSlot: slot - 1,
        });
        completed.push({ ...metered, before, after: after ?? (await estimateEnd(ctx, point.pointId, slot, before)) });
    }
    return completed;
}

/** The next reading decides more than the days before, and without it the last one tells nothing that `begin` does not. */
async function estimateEnd(
    ctx: TradeContext,
    pointId: string,
    slot: SlotIndex,
    begin: Registers,
): Promise<RegisterState> {
    const next = await readingAfter(ctx.ledger, pointId, slot);
    const last = next === null ? null : await readingBefore(ctx.ledger, pointId, slot);
    const sameTypeDay = last === null ? await sameTypeDayOf(ctx, pointId, slot) : null;
    return estimateRegisters({ slot, begin, last: registersAt(last), next: registersAt(next), sameTypeDay });
}

async function sameTypeDayOf(ctx: TradeContext, pointId: string, slot: SlotIndex): Promise<Registers | null> {
    const { slotMinutes } = await ctx.charter();
    for (const candidate of sameTypeSlots(slot, MINUTES_PER_DAY / slotMinutes)) {
        const before = await countedAt(ctx, pointId, candidate - 1);
        const after = await countedAt(ctx, pointId, candidate);
        if (before !== null && after !== null) {
            const measured = {
                importWh: minus(after.importWh, before.importWh),
                exportWh: minus(after.exportWh, before.exportWh),
            };
            assert(measured.importWh >= 0n && measured.exportWh >= 0n, 'registers do not run backwards');
            return measured;
        }
    }
    return null;
}

const registersAt = (recorded: RecordedReading | null): RegistersAt | null =>
    recorded === null ? null : { slot: recorded.reading.slot, ...recorded.counted };

async function countedAt(ctx: TradeContext, pointId: string, slot: SlotIndex): Promise<Counted | null> {
    return (await ctx.ledger.get(READING, pointId, slot))?.counted ?? null;
}

async function readState(ctx: TradeContext, pointId: string, slot: SlotIndex): Promise<RegisterState | null> {
    const counted = await countedAt(ctx, pointId, slot);
    return counted === null ? null : { ...counted, quality: 'measured' };
}

function carriedState(carried: Estimates | null, pointId: string): RegisterState | null {
    const estimate = carried?.points.find((point) => point.pointId === pointId);
    if (estimate === undefined) {
        return null;
    }
    const { importWh, exportWh, quality } = estimate;
    return { importWh, exportWh, volume: null, quality };
}
