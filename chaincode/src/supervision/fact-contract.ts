import { demand, marketError } from '../domain/errors.js';
import { type FactReview, type FactReviewStatement, followsFactReview, noticeFrom } from '../domain/fact.js';
import { factQueryCodec, factReviewCodec, factReviewStatementCodec, reviewFactCodec } from '../wire/fact.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { FACT_REVIEW } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

const FINDING_OF = { confirm: 'confirmed', reject: 'rejected' } as const;

/** The regulator's word on what officers of the market state: yes or no, and nothing in its place. */
export class FactContract extends SupervisionContract {
    async confirm(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#review(ctx, command, 'confirm');
    }

    async reject(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#review(ctx, command, 'reject');
    }

    /** @throws FACT_REVIEW_MISSING {kind, factHash} when the regulator has said nothing of the fact */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { kind, factHash } = factQueryCodec.decode(query);
        const review = await ctx.ledger.get(FACT_REVIEW, kind, factHash);
        if (review === null) {
            throw marketError('FACT_REVIEW_MISSING', { kind, factHash });
        }
        return factReviewCodec.encode(review);
    }

    async list(ctx: SupervisionContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(FACT_REVIEW, pageQueryCodec.decode(query)), factReviewCodec);
    }

    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SLOT_BEGUN {slot}: too little notice · FACT_REVIEWED */
    async #review(ctx: SupervisionContext, command: string, verb: keyof typeof FINDING_OF): Promise<string> {
        const { statement, signature } = reviewFactCodec.decode(command);
        const isVerbs = statement.finding === FINDING_OF[verb];
        demand(isVerbs, 'INPUT_INVALID', { path: 'statement.finding', reason: FINDING_OF[verb] });
        const body = factReviewStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['fact', verb], 'commonwatt/fact-review/1', body, signature);
        const { kind, subjectId, factHash, finding, fromSlot } = statement;
        const existing = await ctx.ledger.get(FACT_REVIEW, kind, factHash);
        if (existing !== null && factReviewStatementCodec.isSame(existing.statement, statement)) {
            return factReviewCodec.encode(existing);
        }
        followsFactReview(existing, statement, await isPending(ctx, existing));
        await demandNotice(ctx, statement);
        const review = { statement, ...mark };
        ctx.ledger.put(FACT_REVIEW, review);
        await ctx.commit({
            event: { name: 'FactReviewed/1', payload: { kind, subjectId, factHash, finding, fromSlot } },
        });
        return factReviewCodec.encode(review);
    }
}

async function isPending(ctx: SupervisionContext, existing: FactReview | null): Promise<boolean> {
    const fromSlot = existing?.statement.fromSlot ?? null;
    return fromSlot !== null && !(await ctx.hasBegun(fromSlot));
}

async function demandNotice(ctx: SupervisionContext, statement: FactReviewStatement): Promise<void> {
    const slot = noticeFrom(statement, (await ctx.charter()).slotMinutes);
    if (slot !== null) {
        await ctx.demandNotBegun(slot);
    }
}
