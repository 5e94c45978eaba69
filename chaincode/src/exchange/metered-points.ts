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
import { Replacements } from './replacements.js';
import type { TradeContext } from './trade-context.js';

export const MINUTES_PER_DAY = 1_440;

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
    const replacements = await Replacements.around(ctx, carrier, slot);
    const points: MeteredPoint[] = [];
    for (const point of registered) {
        const { pointId } = point;
        const isMetered = point.meter !== null;
        const known = (at: SlotIndex): Promise<RegisterState | null> => readState(ctx, pointId, at, replacements);
        const before = isMetered ? (carriedState(carried, pointId) ?? (await known(slot - 1))) : null;
        const after = isMetered ? await known(slot) : null;
        points.push({ point, before, after, replaced: replacements.energy(pointId, slot), isStation: false });
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
    const replacements = await Replacements.around(ctx, 'electricity', slot);
    const chargePoints: MeteredPoint[] = [];
    for (const point of await chargePointsOf(ctx, registered)) {
        const { pointId } = point;
        const before = carriedState(begun, pointId) ?? (await readState(ctx, pointId, slot - 1, replacements));
        const after = carriedState(ended, pointId) ?? (await readState(ctx, pointId, slot, replacements));
        chargePoints.push({ point, before, after, replaced: replacements.energy(pointId, slot), isStation: false });
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
    return handedOverAt(chargePoints, registered);
}

/** Where the mobility points are metered. */
export async function chargePointsOf(
    ctx: TradeContext,
    registered: readonly MeteringPoint[],
): Promise<readonly MeteringPoint[]> {
    const chargePoints: MeteringPoint[] = [];
    for (const chargePointId of new Set(registered.map((point) => point.chargePointId))) {
        assert(chargePointId !== null, 'mobility has charge points');
        const point = await ctx.ledger.get(METERING_POINT, chargePointId);
        assert(point !== null, 'a charge point is registered before what it hands over');
        chargePoints.push(point);
    }
    return chargePoints;
}

/** What mobility points exchange, by the meters of their charge points. */
export const handedOverAt = (
    chargePoints: readonly MeteredPoint[],
    registered: readonly MeteringPoint[],
): MeteredPoint[] =>
    chargePoints.flatMap((chargePoint) =>
        handedOver(
            chargePoint,
            registered.filter((point) => point.chargePointId === chargePoint.point.pointId),
        ),
    );

/** @throws READING_MISSING {pointIds} before the deadline for readings */
async function demandLate(ctx: TradeContext, silent: readonly MeteredPoint[], slot: SlotIndex): Promise<void> {
    const { readingDeadlineSlots } = await ctx.rulesAt(slot);
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
    const next = await readingAfter(ctx, pointId, slot);
    const last = next === null ? null : await readingBefore(ctx, pointId, slot);
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

export const registersAt = (recorded: RecordedReading | null): RegistersAt | null =>
    recorded === null ? null : { slot: recorded.reading.slot, ...recorded.counted };

async function countedAt(ctx: TradeContext, pointId: string, slot: SlotIndex): Promise<Counted | null> {
    return (await ctx.ledger.get(READING, pointId, slot))?.counted ?? null;
}

/** Registers at the end of a slot as they were read, or as a dispute has replaced them. */
export async function readState(
    ctx: TradeContext,
    pointId: string,
    slot: SlotIndex,
    replacements: Replacements,
): Promise<RegisterState | null> {
    const replaced = replacements.registers(pointId, slot);
    if (replaced !== null) {
        return replaced;
    }
    const counted = await countedAt(ctx, pointId, slot);
    return counted === null ? null : { ...counted, quality: 'measured' };
}

export function carriedState(carried: Estimates | null, pointId: string): RegisterState | null {
    const estimate = carried?.points.find((point) => point.pointId === pointId);
    if (estimate === undefined) {
        return null;
    }
    const { importWh, exportWh, quality } = estimate;
    return { importWh, exportWh, volume: null, quality };
}
