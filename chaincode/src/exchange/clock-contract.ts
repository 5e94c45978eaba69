import { advanceClock } from '../domain/clock.js';
import { canonicalJson } from '../wire/canonical.js';
import { advanceCodec } from '../wire/clock.js';
import { slotQueryCodec } from '../wire/query.js';
import { TICK } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** What tells the market that slots begin. */
export class ClockContract extends ExchangeContract {
    /**
     * Begins slots. By a real clock any keeper may, when they are due; virtual time is told by the platform's seat.
     * Slots that have begun already change nothing.
     * @throws CALLER_NOT_SEATED · CLOCK_NOT_DUE · CLOCK_OUT_OF_ORDER
     */
    async advance(ctx: TradeContext, command: string): Promise<string> {
        const range = advanceCodec.decode(command);
        const charter = await ctx.charter();
        if (charter.clock === 'virtual') {
            await ctx.officer('clock', 'advance');
        }
        if (await ctx.hasTicked(range.toSlot)) {
            return advanceCodec.encode(range);
        }
        const ticks = advanceClock(charter, range, {
            predecessor: await ctx.ledger.get(TICK, Math.max(0, range.fromSlot - 1)),
            first: await ctx.ledger.get(TICK, range.fromSlot),
            nowSlot: await ctx.nowSlot(),
        });
        for (const tick of ticks) {
            ctx.ledger.put(TICK, tick);
        }
        await ctx.commit({ event: { name: 'ClockAdvanced/1', payload: range } });
        return advanceCodec.encode(range);
    }

    async show(ctx: TradeContext, query: string): Promise<string> {
        const { slot } = slotQueryCodec.decode(query);
        return canonicalJson({ begun: await ctx.hasBegun(slot) });
    }
}
