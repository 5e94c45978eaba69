import type { Terms } from '../domain/agreement.js';
import { agreedBetween, type Allowed, useAllowance } from '../domain/allowance.js';
import { dayOf, HORIZON_DAYS, slotsOfDays } from '../domain/clock.js';
import { demand } from '../domain/errors.js';
import { blockOf, countAgreement, pointPairsOf } from '../domain/trades-between.js';
import type { SlotIndex } from '../domain/units.js';
import { ALLOWANCE, TRADES_BETWEEN } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/**
 * Counts what the step leaves on the ledger, by the day of the transaction's own time. The last thing before the commit:
 * what is put after it counts for nothing.
 * @throws ALLOWANCE_USED_UP {holder, purpose, part, bytes, usedBytes, perDayBytes}
 */
export async function countBytes(ctx: TradeContext, ...counted: readonly Allowed[]): Promise<void> {
    const bytes = ctx.ledger.bytesPut;
    for (const allowed of counted) {
        const { holder, purpose, part } = allowed;
        const existing = await ctx.ledger.get(ALLOWANCE, ...holder, purpose, part);
        ctx.ledger.put(ALLOWANCE, useAllowance(existing, allowed, dayOf(ctx.timeMs), bytes));
    }
}

/**
 * Counts what terms leave on the ledger between the points of each of their legs. Parties are as many as an accomplice has
 * certificates; points are registered by an officer.
 * @param index which of the parts: agreements in different ones do not meet
 * @throws ALLOWANCE_USED_UP
 */
export async function countBetween(ctx: TradeContext, terms: Terms, index: number): Promise<void> {
    await countBytes(ctx, ...pointPairsOf(terms).map((pair) => agreedBetween(pair, index)));
}

/** Counts an agreement between the points of its legs. @throws TRADES_LIMIT */
export async function countTrades(ctx: TradeContext, terms: Terms): Promise<void> {
    const { firstSlot } = terms;
    for (const pair of pointPairsOf(terms)) {
        const { carrier, sellerPoint, buyerPoint } = pair;
        const parts = [carrier, sellerPoint, buyerPoint, blockOf(firstSlot)] as const;
        const existing = await ctx.ledger.get(TRADES_BETWEEN, ...parts);
        ctx.ledger.put(TRADES_BETWEEN, countAgreement(existing, pair, firstSlot));
    }
}

/**
 * What waits for a slot waits no longer than a year: the slot a year before has begun. What lies further ahead could
 * neither be funded nor lapse within anybody's patience.
 * @throws TERMS_LIMIT {reason, slot}
 */
export async function demandNear(ctx: TradeContext, slot: SlotIndex): Promise<void> {
    const charter = await ctx.charter();
    const from = slot - slotsOfDays(charter, HORIZON_DAYS);
    const isNear = from < charter.firstSlot || (await ctx.hasBegun(from));
    demand(isNear, 'TERMS_LIMIT', { reason: 'more than a year ahead', slot });
}
