import type { Terms } from '../domain/agreement.js';
import { demandWithinRating, deviceStandardsOf, type Rating, ratingOf } from '../domain/conformity.js';
import { conformityCodec } from '../wire/conformity.js';
import type { Lookup } from '../wire/query.js';
import { standardCodec } from '../wire/standard.js';
import { loadPoints } from './parties.js';
import type { TradeContext } from './trade-context.js';

/**
 * Every device that sells conforms to what the rules demand, in the eyes of the weak centre. Its answers join the read
 * set: a certificate that is withdrawn ends what is under way.
 * @returns what the devices are rated for, where a standard counts
 * @throws CONFORMITY_MISSING · CONFORMITY_EXCEEDED
 */
export async function demandConformity(ctx: TradeContext, terms: Terms): Promise<readonly Rating[]> {
    const rules = await ctx.rulesOf(terms);
    const isDemanded = terms.legs.some(
        ({ carrier }) => (rules.carriers[carrier]?.conformityStandards ?? []).length > 0,
    );
    if (!isDemanded) {
        return []; // the common case costs no read
    }
    const demanded = deviceStandardsOf(terms, await loadPoints(ctx, terms), rules);
    if (demanded.length === 0) {
        return [];
    }
    const answers = await ctx.lookUp(
        demanded.flatMap(({ deviceId, standardId }): Lookup[] => [
            { type: 'standard', standardId },
            { type: 'conformity', pointId: deviceId, standardId },
        ]),
    );
    const { slotMinutes } = await ctx.charter();
    const ratings: Rating[] = [];
    for (const [position, each] of demanded.entries()) {
        const [standard, conformity] = answers.slice(2 * position, 2 * position + 2);
        const found = {
            standard: standard == null ? null : standardCodec.fromJson(standard),
            conformity: conformity == null ? null : conformityCodec.fromJson(conformity),
        };
        const rating = ratingOf(each, found, terms, slotMinutes);
        if (rating !== null) {
            demandWithinRating(rating, terms);
            ratings.push(rating);
        }
    }
    return ratings;
}
