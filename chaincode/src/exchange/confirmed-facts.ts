import { demandConfirmed, type FactFinding, findingOf, type FactRef, type FactReview } from '../domain/fact.js';
import { demand } from '../domain/errors.js';
import { factReviewCodec } from '../wire/fact.js';
import type { TradeContext } from './trade-context.js';

async function reviewsOf(ctx: TradeContext, facts: readonly FactRef[]): Promise<readonly (FactReview | null)[]> {
    const answers = await ctx.lookUp(facts.map(({ kind, factHash }) => ({ type: 'fact-review', kind, factHash })));
    return answers.map((answer) => (answer === null ? null : factReviewCodec.fromJson(answer)));
}

/**
 * The regulator has confirmed the fact, and the notice that it gave is over.
 * @throws FACT_NOT_CONFIRMED {kind, subjectId, factHash, finding} · SLOT_NOT_OVER {slot}: the notice still runs
 */
export async function demandFact(ctx: TradeContext, fact: FactRef): Promise<void> {
    const [review = null] = await reviewsOf(ctx, [fact]);
    demandConfirmed(review, fact);
    const { fromSlot } = review.statement;
    demand(fromSlot === null || (await ctx.hasTicked(fromSlot)), 'SLOT_NOT_OVER', { slot: (fromSlot ?? 0) - 1 });
}

/** What the regulator says of facts that count without notice, in their order, by one call: at most `LOOKUPS_MAX`. */
export async function factFindings(
    ctx: TradeContext,
    facts: readonly FactRef[],
): Promise<readonly (FactFinding | null)[]> {
    const reviews = facts.length === 0 ? [] : await reviewsOf(ctx, facts);
    return facts.map((fact, index) => findingOf(reviews[index] ?? null, fact));
}
