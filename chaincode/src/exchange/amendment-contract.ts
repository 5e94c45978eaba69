import { type Agreement, checkRelations } from '../domain/agreement.js';
import { amendExecution, checkAmendment, demandAmendable } from '../domain/amendment.js';
import { assert, demand, marketError } from '../domain/errors.js';
import { reviewDeadline } from '../domain/escrow.js';
import { agreementCodec, consentDocument, proposeAmendmentCodec, termsHashOf } from '../wire/agreement.js';
import { amendmentRefCodec, enactCodec } from '../wire/amendment.js';
import { executionCodec } from '../wire/escrow.js';
import { amendmentPageQueryCodec, encodePage } from '../wire/query.js';
import { AGREEMENT, AMENDMENT, EXECUTION } from '../store/keys.js';
import { debitParties, debtsPaidIn, putCredits } from './accounts.js';
import { demandConformity } from './conformity.js';
import { demandStaying } from './departures.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBetween } from './limits.js';
import { demandNext, loadAgreement, loadParties } from './parties.js';
import { demandCapacity } from './point-bounds.js';
import { demandRequirements } from './requirements.js';
import { demandAdmitted, demandNotRefused, demandReviewed, demandTradable } from './review.js';
import { agentsOf, demandSuccession, type Signatory, useMandates, verifyConsents } from './signatories.js';
import type { TradeContext } from './trade-context.js';

/** Changes of agreements: all parties sign the next version, the regulator reviews it, anyone puts it into force. */
export class AmendmentContract extends ExchangeContract {
    /**
     * Records terms that every party signed as the next version; nothing changes yet.
     * @throws AGREEMENT_MISSING · AGREEMENT_STATE · TERMS_INVALID · TERMS_LIMIT · SIGNATURE_MISSING ·
     * RELATION_NOT_PERMITTED · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN · REQUIREMENT_NOT_MET · SLOT_BEGUN · AMENDMENT_CONFLICT {agreementId,
     * version}: another amendment is recorded · VERSION_STALE {agreementId, version, inForce} · ALLOWANCE_USED_UP
     */
    async propose(ctx: TradeContext, command: string): Promise<string> {
        const { agreementId, terms, consents } = proposeAmendmentCodec.decode(command);
        const amendment: Agreement = { agreementId, termsHash: termsHashOf(terms), terms, consents };
        const existing = await ctx.ledger.get(AMENDMENT, agreementId, terms.version);
        if (existing !== null) {
            const same = existing.termsHash === amendment.termsHash;
            demand(same, 'AMENDMENT_CONFLICT', { agreementId, version: terms.version });
            return agreementCodec.encode(existing);
        }
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        demandAmendable(execution, 'propose');
        checkAmendment(agreement, terms, terms.firstSlot, await ctx.rules());
        await this.#demandConsent(ctx, agreement, amendment);
        await ctx.demandNotBegun(terms.concludeBeforeSlot);
        await demandRequirements(ctx, terms, agreement.terms);
        ctx.ledger.put(AMENDMENT, amendment);
        await countBetween(ctx, terms, Number.parseInt(agreementId.slice(0, 1), 16));
        const { termsHash } = amendment;
        await ctx.commit({
            event: { name: 'AmendmentProposed/1', payload: { agreementId, version: terms.version, termsHash } },
        });
        return agreementCodec.encode(amendment);
    }

    /**
     * Replaces the terms in force from the first slot that has not begun, once the regulator has approved the amendment,
     * and brings the escrow to what the new terms need. The terms' own key policy judges this write.
     * @throws AGREEMENT_MISSING · AMENDMENT_MISSING · VERSION_STALE · AGREEMENT_STATE · TERMS_INVALID · TERMS_LIMIT ·
     * SLOT_BEGUN · SLOT_NOT_OVER · SIGNATURE_MISSING · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN · VERDICT_MISSING ·
     * STANDING_VERDICT_EXCEEDED · ADMISSION_MISSING · CAPACITY_MISSING · QUALIFICATION_MISSING ·
     * CONFORMITY_MISSING · CONFORMITY_EXCEEDED · REQUIREMENT_NOT_MET · RELATION_NOT_PERMITTED · MARKET_HALTED · COVER_EXHAUSTED ·
     * ACCOUNT_UNDERFUNDED · COVER_OWED · CREDIT_MISSING · CREDIT_NOT_NEEDED
     */
    async enact(ctx: TradeContext, command: string): Promise<string> {
        const { agreementId, version, fromSlot, standingId, folds } = enactCodec.decode(command);
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        const amendment = await this.#amendment(ctx, agreementId, version);
        if (agreement.termsHash === amendment.termsHash) {
            return executionCodec.encode(execution);
        }
        const { terms } = amendment;
        demandAmendable(execution, 'enact');
        if (execution.state === 'concluded') {
            await ctx.demandNotBegun(reviewDeadline(agreement.terms, await ctx.charter())); // it can only lapse
        }
        await demandNext(ctx, agreement.terms, fromSlot);
        checkAmendment(agreement, terms, fromSlot, await ctx.rules());
        await ctx.demandNotBegun(terms.concludeBeforeSlot);
        const signatories = await this.#demandConsent(ctx, agreement, amendment);
        await demandRequirements(ctx, terms, agreement.terms);
        await demandTradable(ctx, terms, agentsOf(signatories), fromSlot);
        const ratings = await demandConformity(ctx, terms);
        await useMandates(ctx, signatories, { kind: 'amendment', terms, changes: agreement });
        await demandNotRefused(ctx, agreement);
        await demandReviewed(ctx, amendment, standingId);
        await demandAdmitted(ctx, amendment);
        if (execution.state === 'inForce') {
            await demandCapacity(ctx, agreementId, terms, ratings); // nothing is set aside before funding asks for it
        }

        const outcome = amendExecution(execution, agreement, amendment, { fromSlot, standingId });
        const takings = outcome.changes.map(({ participantId, changeNano: amountNano }) => ({
            participantId,
            amountNano,
        }));
        const debts = await debitParties(ctx, terms, takings, folds);
        ctx.ledger.put(AGREEMENT, amendment);
        ctx.ledger.put(EXECUTION, outcome.execution);
        const released = outcome.postings.filter((posting) => posting.kind === 'release');
        await putCredits(ctx, `amend.${version}.${agreementId}`, released);
        await ctx.commit({
            postings: [...debts, ...outcome.postings],
            event: {
                name: 'AmendmentEnacted/1',
                payload: { agreementId, version, fromSlot, standingId, ...debtsPaidIn(debts) },
            },
        });
        return executionCodec.encode(outcome.execution);
    }

    /** @throws AMENDMENT_MISSING {agreementId, version} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId, version } = amendmentRefCodec.decode(query);
        return agreementCodec.encode(await this.#amendment(ctx, agreementId, version));
    }

    /** Versions that were proposed, of one agreement or of all. */
    async list(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId, ...page } = amendmentPageQueryCodec.decode(query);
        const prefix = agreementId === null ? [] : [agreementId];
        return encodePage(await ctx.ledger.page(AMENDMENT, page, prefix), agreementCodec);
    }

    /** @throws AMENDMENT_MISSING {agreementId, version} */
    async #amendment(ctx: TradeContext, agreementId: string, version: number): Promise<Agreement> {
        const amendment = await ctx.ledger.get(AMENDMENT, agreementId, version);
        if (amendment === null) {
            throw marketError('AMENDMENT_MISSING', { agreementId, version });
        }
        return amendment;
    }

    /**
     * Every party signed the amendment, and may still trade with the others. Enacting asks again: the amendment's own key has the chaincode's policy, which
     * is weaker than that of the terms it replaces.
     */
    async #demandConsent(ctx: TradeContext, current: Agreement, amendment: Agreement): Promise<Signatory[]> {
        const { agreementId, terms, termsHash, consents } = amendment;
        assert(termsHashOf(terms) === termsHash, 'an amendment is known by the hash of its terms');
        const parties = await loadParties(ctx, terms);
        checkRelations(terms, parties, await ctx.rules());
        const document = { kind: 'amendment', terms, changes: current } as const;
        const body = consentDocument(terms, agreementId);
        const signatories = await verifyConsents(ctx, body, consents, parties, document);
        await demandSuccession(ctx, current, parties);
        await demandStaying(ctx, terms, agentsOf(signatories));
        return signatories;
    }
}
