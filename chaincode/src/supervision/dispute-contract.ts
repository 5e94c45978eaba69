import { followsReview } from '../domain/dispute.js';
import { demand, marketError } from '../domain/errors.js';
import { reviewCodec, reviewCommandCodec, reviewQueryCodec, reviewStatementCodec } from '../wire/dispute.js';
import { CONFIRMED_DECISION, DISPUTE_REVIEW } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

const FINDING_OF = { confirm: 'confirmed', reject: 'rejected' } as const;

/** The regulator's review of what the operator decides about disputed readings: it says yes or no and puts nothing in its place. */
export class DisputeContract extends SupervisionContract {
    async confirm(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#review(ctx, command, 'confirm');
    }

    async reject(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#review(ctx, command, 'reject');
    }

    /** @throws REVIEW_MISSING {pointId, slot, raisedBy, finding} when the regulator has said nothing of the decision */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { pointId, slot, raisedBy, number } = reviewQueryCodec.decode(query);
        const review = await ctx.ledger.get(DISPUTE_REVIEW, pointId, slot, raisedBy, number);
        if (review === null) {
            throw marketError('REVIEW_MISSING', { pointId, slot, raisedBy, finding: null });
        }
        return reviewCodec.encode(review);
    }

    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · DISPUTE_STATE */
    async #review(ctx: SupervisionContext, command: string, verb: keyof typeof FINDING_OF): Promise<string> {
        const { statement, signature } = reviewCommandCodec.decode(command);
        const { pointId, slot, raisedBy, number, finding } = statement;
        const isVerbs = finding === FINDING_OF[verb];
        demand(isVerbs, 'INPUT_INVALID', { path: 'statement.finding', reason: FINDING_OF[verb] });
        const body = reviewStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['dispute', verb], 'commonwatt/dispute-review/1', body, signature);
        const existing = await ctx.ledger.get(DISPUTE_REVIEW, pointId, slot, raisedBy, number);
        const isRepeated = existing !== null && reviewStatementCodec.isSame(existing.statement, statement);
        if (isRepeated) {
            return reviewCodec.encode(existing);
        }
        followsReview(existing, statement);
        const review = { statement, ...mark };
        ctx.ledger.put(DISPUTE_REVIEW, review);
        if (finding === 'confirmed') {
            // Read as well as written: of two confirmations endorsed at once only one counts.
            await ctx.ledger.get(CONFIRMED_DECISION, pointId, slot);
            ctx.ledger.put(CONFIRMED_DECISION, review);
        }
        const payload = { pointId, slot, raisedBy, number, finding };
        await ctx.ledger.commit({ event: { name: 'DisputeReviewed/1', payload } });
        return reviewCodec.encode(review);
    }
}
