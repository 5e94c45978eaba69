import { type Cover, emptyCover } from '../domain/account.js';
import { carriersOf, type Terms } from '../domain/agreement.js';
import { CARRIERS } from '../domain/charter.js';
import { demandCovered, isExhausted } from '../domain/indebtedness.js';
import { type AmountNano, NO_MONEY } from '../domain/units.js';
import { COVER, INDEBTEDNESS } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** Follows every carrier's name in the order of keys. */
const AFTER_CARRIERS = '~';

/** Notes that a cover, about to be written, falls below zero or below the limit, or is so no longer. */
export async function noteIndebtedness(ctx: TradeContext, cover: Cover, beforeNano: AmountNano): Promise<void> {
    const { participantId, carrier, balanceNano } = cover;
    if (balanceNano >= NO_MONEY && beforeNano >= NO_MONEY) {
        return; // the common case costs no read
    }
    const noted = await ctx.ledger.get(INDEBTEDNESS, participantId, carrier);
    const isNow = isExhausted(balanceNano, await ctx.rules());
    if (balanceNano >= NO_MONEY && noted !== null) {
        ctx.ledger.remove(INDEBTEDNESS, noted);
    } else if (balanceNano < NO_MONEY && noted?.isExhausted !== isNow) {
        ctx.ledger.put(INDEBTEDNESS, { participantId, carrier, isExhausted: isNow });
    }
}

/**
 * Covers of a participant that are below zero. Who owes nothing costs one small read, of a range that only its own debts
 * change: its covers may change while a step is under way.
 */
export async function debtsOf(ctx: TradeContext, participantId: string): Promise<Cover[]> {
    const debts: Cover[] = [];
    const range = [
        [participantId, ''],
        [participantId, AFTER_CARRIERS],
    ] as const;
    for (const { carrier } of await ctx.ledger.scanFirst(INDEBTEDNESS, ...range, CARRIERS.length)) {
        const cover = await ctx.ledger.get(COVER, participantId, carrier);
        debts.push(...(cover !== null && cover.balanceNano < NO_MONEY ? [cover] : []));
    }
    return debts;
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
