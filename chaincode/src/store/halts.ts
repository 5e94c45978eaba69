import type { Carrier } from '../domain/charter.js';
import { slotsOfDays } from '../domain/clock.js';
import { demand, marketError } from '../domain/errors.js';
import {
    checkHalt,
    type Halt,
    HALT_AHEAD_DAYS,
    HALT_SLOTS_MAX,
    haltCovers,
    haltEndSlot,
    type HaltStatement,
    liftHalt,
    restedSlot,
} from '../domain/halt.js';
import { type Rules, rulesOf } from '../domain/rules.js';
import type { SlotIndex } from '../domain/units.js';
import { haltCodec, haltStatementCodec } from '../wire/halt.js';
import { HALT, HALT_PERIOD } from './keys.js';
import type { Ledger } from './ledger.js';
import type { MarketContext, OfficerMark } from './market-context.js';

/** Longest time a halt is felt: its own length and the grace after it. */
const FELT_SLOTS_MAX = 2 * HALT_SLOTS_MAX;

/**
 * Records a halt; the same statement again changes nothing, even when its slots have begun since. The rest is counted
 * to the moment in which it is set: a halt that is set early would else be chained to the one before it.
 * @throws SLOT_BEGUN · HALT_INVALID · HALT_CONFLICT
 */
export async function recordHalt(
    ctx: MarketContext,
    statement: HaltStatement,
    officer: OfficerMark,
    rules: Rules,
): Promise<string> {
    const { ledger } = ctx;
    const { mspId } = ctx.caller;
    const { carrier, fromSlot, untilSlot } = statement;
    const latest = await ledger.get(HALT, carrier);
    if (latest !== null && haltStatementCodec.isSame(latest.statement, statement)) {
        return haltCodec.encode(latest);
    }
    await ctx.demandNotBegun(fromSlot);
    const charter = await ctx.charter();
    checkHalt(statement, charter);
    const before = fromSlot - slotsOfDays(charter, HALT_AHEAD_DAYS);
    const isNear = before < charter.firstSlot || (await ctx.hasBegun(before));
    demand(isNear, 'HALT_INVALID', { reason: 'the halt begins more than 30 days ahead' });
    if (latest !== null) {
        const { haltRestSlots: restSlots } = rulesOf(rules, carrier);
        const isRested = await ctx.hasBegun(restedSlot(latest, restSlots));
        demand(isRested, 'HALT_CONFLICT', { carrier, untilSlot: haltEndSlot(latest), restSlots });
    }
    const halt: Halt = { statement, ...officer, mspId, liftedSlot: null };
    ledger.put(HALT, halt);
    ledger.put(HALT_PERIOD, halt);
    await ctx.commit({
        event: { name: 'HaltSet/1', payload: { carrier, mspId, fromSlot, untilSlot } },
    });
    return haltCodec.encode(halt);
}

/** Ends a halt early; the same lift again changes nothing. @throws SLOT_BEGUN · HALT_MISSING */
export async function recordLift(ctx: MarketContext, carrier: Carrier, nextSlot: SlotIndex): Promise<string> {
    const { ledger } = ctx;
    const latest = await ledger.get(HALT, carrier);
    if (latest !== null && latest.liftedSlot === nextSlot) {
        return haltCodec.encode(latest);
    }
    await ctx.demandNotBegun(nextSlot);
    const lifted = liftHalt(latest, carrier, nextSlot);
    ledger.put(HALT, lifted);
    ledger.put(HALT_PERIOD, lifted);
    await ctx.commit({ event: { name: 'HaltLifted/1', payload: { carrier, liftedSlot: nextSlot } } });
    return haltCodec.encode(lifted);
}

/** Halts whose waiver may reach a slot. Scanned by first slot, which always lies in the future when a halt is set. */
export async function haltsCovering(
    ledger: Ledger,
    carrier: Carrier,
    slot: SlotIndex,
    graceSlots: number,
): Promise<readonly Halt[]> {
    const from = Math.max(0, slot - FELT_SLOTS_MAX);
    const halts = await ledger.scan(HALT_PERIOD, [carrier, from], [carrier, slot + 1]);
    return halts.filter((halt) => haltCovers(halt, slot, graceSlots));
}

/** @throws HALT_MISSING {carrier} */
export async function latestHalt(ledger: Ledger, carrier: Carrier): Promise<Halt> {
    const halt = await ledger.get(HALT, carrier);
    if (halt === null) {
        throw marketError('HALT_MISSING', { carrier });
    }
    return halt;
}
