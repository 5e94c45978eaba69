import { type Cover, emptyCover } from '../domain/account.js';
import { carriersOf, type Terms } from '../domain/agreement.js';
import { demandCovered, isExhausted } from '../domain/indebtedness.js';
import type { AmountNano } from '../domain/units.js';
import { COVER, INDEBTEDNESS } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** Notes that a cover, about to be written, becomes exhausted or is so no longer. */
export async function noteIndebtedness(ctx: TradeContext, cover: Cover, beforeNano: AmountNano): Promise<void> {
    const { participantId, carrier, balanceNano } = cover;
    const rules = await ctx.rules();
    const isNow = isExhausted(balanceNano, rules);
    if (!isNow && !isExhausted(beforeNano, rules)) {
        return; // the common case costs no read
    }
    const noted = await ctx.ledger.get(INDEBTEDNESS, participantId, carrier);
    if ((noted?.isExhausted ?? false) !== isNow) {
        ctx.ledger.put(INDEBTEDNESS, { participantId, carrier, isExhausted: isNow });
    }
}

/**
 * No party is suspended from trading for what it owes on a carrier of the agreement. Reads the cover only of a party that
 * is noted as exhausted: other covers may change while the agreement is under way.
 * @throws COVER_EXHAUSTED {participantId, carrier, balanceNano}
 */
export async function demandCovers(ctx: TradeContext, terms: Terms): Promise<void> {
    for (const { participantId } of terms.parties) {
        for (const carrier of carriersOf(terms)) {
            const noted = await ctx.ledger.get(INDEBTEDNESS, participantId, carrier);
            if (noted?.isExhausted === true) {
                const cover = await ctx.ledger.get(COVER, participantId, carrier);
                demandCovered(cover ?? emptyCover(participantId, carrier), await ctx.rules());
            }
        }
    }
}
