import type { Carrier } from '../domain/charter.js';
import type { MeteredPoint } from '../domain/delivery.js';
import { assert } from '../domain/errors.js';
import {
    estimateAfter,
    estimateRegisters,
    type RegistersAt,
    type RegisterState,
    sameTypeReach,
} from '../domain/estimation.js';
import type { MeteringPoint, Registers } from '../domain/meter.js';
import type { SlotIndex } from '../domain/units.js';
import { ESTIMATES, POINT_FROM_SLOT, READING } from '../store/keys.js';
import { readingAfter, readingBefore } from '../store/neighbour-readings.js';
import {
    carriedState,
    chargePointsOf,
    handedOverAt,
    MINUTES_PER_DAY,
    readState,
    registersAt,
} from './metered-points.js';
import { Replacements } from './replacements.js';
import type { TradeContext } from './trade-context.js';

/**
 * Every metering point of a carrier that counts in a slot, as a reconciliation run knows it: both ends of the slot from
 * the readings on the ledger and from nothing that an earlier run estimated, so that consecutive slots join however
 * often and in whatever order they are settled.
 */
export async function pointsAsKnown(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<MeteredPoint[]> {
    const registered = await ctx.ledger.scan(POINT_FROM_SLOT, [carrier, 0], [carrier, slot + 1]);
    if (carrier === 'mobility') {
        return handedOverAt(await metered(ctx, 'electricity', slot, await chargePointsOf(ctx, registered)), registered);
    }
    return metered(ctx, carrier, slot, registered);
}

async function metered(
    ctx: TradeContext,
    carrier: Carrier,
    slot: SlotIndex,
    points: readonly MeteringPoint[],
): Promise<MeteredPoint[]> {
    const replacements = await Replacements.around(ctx, carrier, slot);
    const known: MeteredPoint[] = [];
    for (const point of points) {
        const { pointId } = point;
        const replaced = replacements.energy(pointId, slot);
        if (point.meter === null) {
            known.push({ point, before: null, after: null, replaced, isStation: false });
            continue;
        }
        const gap = new Gap(ctx, pointId);
        const before = await stateOf(ctx, carrier, gap, slot - 1, replacements);
        const after = await stateOf(ctx, carrier, gap, slot, replacements);
        known.push({ point, before, after, replaced, isStation: false });
    }
    return known;
}

/** The readings before and after what nobody has read of a point; both ends of a slot mostly lie in the same gap. */
class Gap {
    readonly pointId: string;
    readonly #ctx: TradeContext;
    #last: RegistersAt | null | undefined;
    #next: RegistersAt | null | undefined;

    constructor(ctx: TradeContext, pointId: string) {
        this.#ctx = ctx;
        this.pointId = pointId;
    }

    async before(slot: SlotIndex): Promise<RegistersAt | null> {
        if (this.#last === undefined) {
            this.#last = registersAt(await readingBefore(this.#ctx, this.pointId, slot));
        }
        return this.#last;
    }

    async after(slot: SlotIndex): Promise<RegistersAt | null> {
        if (this.#next === undefined) {
            this.#next = registersAt(await readingAfter(this.#ctx, this.pointId, slot));
        }
        return this.#next;
    }
}

async function stateOf(
    ctx: TradeContext,
    carrier: Carrier,
    gap: Gap,
    slot: SlotIndex,
    replacements: Replacements,
): Promise<RegisterState> {
    const { pointId } = gap;
    const read = await readState(ctx, pointId, slot, replacements);
    if (read !== null) {
        return read;
    }
    const last = await gap.before(slot);
    if (last === null) {
        // Nothing near enough tells of the slot: what its initial run carried is all there is.
        const carried = carriedState(await ctx.ledger.get(ESTIMATES, carrier, slot), pointId);
        assert(carried !== null, 'an initial run carries what nobody has read');
        return carried;
    }
    const next = await gap.after(slot);
    return next === null
        ? estimatedAfter(ctx, pointId, last, slot)
        : estimateRegisters({ slot, begin: last, last, next, sameTypeDay: null });
}

/** The readings of the days before the last one tell what came after it. */
export async function estimatedAfter(
    ctx: TradeContext,
    pointId: string,
    last: RegistersAt,
    slot: SlotIndex,
): Promise<RegisterState> {
    const { slotMinutes } = await ctx.charter();
    const slotsPerDay = MINUTES_PER_DAY / slotMinutes;
    const from = Math.max(0, last.slot - sameTypeReach(slotsPerDay));
    const before = await ctx.ledger.scan(READING, [pointId, from], [pointId, last.slot + 1]);
    const readings = new Map<SlotIndex, Registers>(before.map(({ reading, counted }) => [reading.slot, counted]));
    return estimateAfter(last, readings, slot, slotsPerDay);
}
