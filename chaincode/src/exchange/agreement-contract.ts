import {
    type Agreement,
    carriersOf,
    checkKinds,
    checkPoints,
    checkRelations,
    checkTerms,
} from '../domain/agreement.js';
import { demand } from '../domain/errors.js';
import {
    type Execution,
    fundExecution,
    heldBy,
    lapseExecution,
    openExecution,
    reviewDeadline,
    windDown,
} from '../domain/escrow.js';
import { blockOf } from '../domain/trades-between.js';
import type { SlotIndex } from '../domain/units.js';
import { demandRefusal, isNegative } from '../domain/verdict.js';
import {
    agreementHistoryCodec,
    agreementIdOf,
    agreementRefCodec,
    agreementViewCodec,
    cancelCodec,
    cancellationDocument,
    concludeCodec,
    consentDocument,
    fundCodec,
    releaseCodec,
    termsHashOf,
} from '../wire/agreement.js';
import { executionCodec } from '../wire/escrow.js';
import { canonicalJson } from '../wire/canonical.js';
import { encodePage, findQueryCodec, pageQueryCodec, participantPageQueryCodec } from '../wire/query.js';
import { AGREEMENT, COMMITMENT, EXECUTION, PARTY_AGREEMENT } from '../store/keys.js';
import { encodePolicy, termsPolicy } from '../store/policies.js';
import { debitParties, debtsPaidIn, putCredits } from './accounts.js';
import { demandConformity } from './conformity.js';
import { demandStaying } from './departures.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBetween, countTrades, demandNear } from './limits.js';
import { demandNext, demandSource, loadAgreement, loadParties, loadPoints } from './parties.js';
import { demandCapacity, noteAtPoints } from './point-bounds.js';
import { demandRequirements } from './requirements.js';
import { demandAdmitted, demandReviewed, demandTradable, review } from './review.js';
import { agentsOf, useMandates, verifyConsents } from './signatories.js';
import type { TradeContext } from './trade-context.js';

/** Most agreements that are named when the first digits fit several. */
const FOUND_MAX = 16;

/** Agreements from the parties' signatures to their end. */
export class AgreementContract extends ExchangeContract {
    /**
     * Binds the parties to terms that all of them signed, and takes every party's escrow from the lane its terms name, so
     * that no party can wait for the review with its money elsewhere. The terms get a key policy of their own.
     * @throws TERMS_INVALID · TERMS_LIMIT · SIGNATURE_MISSING · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN ·
     * MANDATE_MISSING · MANDATE_REVOKED · MANDATE_EXCEEDED · KEY_REPLACED · PARTICIPANT_LEAVING · PARTICIPANT_MISSING ·
     * TRADE_NOT_OF_KIND · RELATION_NOT_PERMITTED · METER_MISSING · METER_OF_OTHER · QUALIFICATION_MISSING · CONFORMITY_MISSING · CONFORMITY_EXCEEDED ·
     * REQUIREMENT_NOT_MET · MARKET_HALTED · COVER_EXHAUSTED · TRADES_LIMIT · ALLOWANCE_USED_UP · SLOT_BEGUN · ACCOUNT_UNDERFUNDED ·
     * COVER_OWED · CREDIT_MISSING · CREDIT_NOT_NEEDED
     */
    async conclude(ctx: TradeContext, command: string): Promise<string> {
        const { terms, consents, folds } = concludeCodec.decode(command);
        const agreement: Agreement = {
            agreementId: agreementIdOf(terms),
            termsHash: termsHashOf(terms),
            terms,
            consents,
        };
        const existing = await ctx.ledger.get(EXECUTION, agreement.agreementId);
        if (existing !== null) {
            return executionCodec.encode(existing);
        }
        checkTerms(terms, await ctx.rules());
        const parties = await loadParties(ctx, terms);
        const { agreementId, termsHash } = agreement;
        const document = { kind: 'agreement', terms, changes: null } as const;
        const signatories = await verifyConsents(ctx, consentDocument(terms), consents, parties, document);
        checkKinds(terms, parties);
        checkRelations(terms, parties, await ctx.rules());
        checkPoints(terms, await loadPoints(ctx, terms));
        await demandSource(ctx, terms);
        await ctx.demandNotBegun(terms.concludeBeforeSlot);
        await demandNear(ctx, terms.firstSlot);
        await demandStaying(ctx, terms, agentsOf(signatories));
        await demandRequirements(ctx, terms, null);
        await demandTradable(ctx, terms, agentsOf(signatories));
        await demandConformity(ctx, terms);
        await useMandates(ctx, signatories, document);
        await countTrades(ctx, terms);
        const { execution, postings } = openExecution(agreement);
        const takings = execution.holdings.map((held) => ({
            participantId: held.participantId,
            amountNano: heldBy(held),
        }));
        const debts = await debitParties(ctx, terms, takings, folds);

        const { orgs } = await ctx.charter();
        const policy = termsPolicy(
            orgs.regulator,
            parties.map((party) => party.mspId),
            Object.values(orgs),
        );
        ctx.ledger.put(AGREEMENT, agreement, encodePolicy(policy));
        ctx.ledger.put(EXECUTION, execution);
        const partyIds = terms.parties.map((party) => party.participantId);
        for (const participantId of partyIds) {
            ctx.ledger.put(PARTY_AGREEMENT, { participantId, agreementId });
        }
        await countBetween(ctx, terms, blockOf(terms.firstSlot));
        await ctx.commit({
            postings: [...debts, ...postings],
            event: {
                name: 'AgreementConcluded/1',
                payload: { agreementId, version: terms.version, termsHash, partyIds, ...debtsPaidIn(debts) },
            },
        });
        return executionCodec.encode(execution);
    }

    /**
     * Puts an approved agreement into force with what it has reserved. Settlement finds the agreement by the commitments
     * written here, always for slots to come; what is not in force delivers nothing, so it is not looked at either.
     * @throws AGREEMENT_MISSING · AGREEMENT_STATE · SLOT_BEGUN · VERDICT_MISSING · STANDING_VERDICT_EXCEEDED ·
     * ADMISSION_MISSING · CAPACITY_MISSING · QUALIFICATION_MISSING · CONFORMITY_MISSING · CONFORMITY_EXCEEDED ·
     * MARKET_HALTED · COVER_EXHAUSTED
     */
    async fund(ctx: TradeContext, command: string): Promise<string> {
        const { agreementId, standingId } = fundCodec.decode(command);
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        demand(execution.state !== 'lapsed', 'AGREEMENT_STATE', { verb: 'fund', state: execution.state });
        if (execution.state !== 'concluded') {
            return executionCodec.encode(execution);
        }
        const { terms } = agreement;
        await ctx.demandNotBegun(reviewDeadline(terms, await ctx.charter()));
        await demandTradable(ctx, terms);
        const ratings = await demandConformity(ctx, terms);
        await demandReviewed(ctx, agreement, standingId);
        await demandAdmitted(ctx, agreement);
        await demandCapacity(ctx, agreementId, terms, ratings);
        await noteAtPoints(ctx, agreementId, terms);
        const funded = fundExecution(execution, standingId);
        ctx.ledger.put(EXECUTION, funded);
        for (const carrier of carriersOf(terms)) {
            ctx.ledger.put(COMMITMENT, { carrier, firstSlot: terms.firstSlot, agreementId });
        }
        await ctx.commit({
            event: { name: 'AgreementFunded/1', payload: { agreementId, version: terms.version, standingId } },
        });
        return executionCodec.encode(funded);
    }

    /**
     * Carries out the regulator's no, whenever it came: delivery ends at the next slot, the escrow of later slots goes back, what was delivered
     * is still settled.
     * @throws AGREEMENT_MISSING · AGREEMENT_STATE · VERDICT_MISSING · SLOT_BEGUN · SLOT_NOT_OVER {slot}: an earlier
     * slot is next
     */
    async release(ctx: TradeContext, command: string): Promise<string> {
        const { agreementId, fromSlot } = releaseCodec.decode(command);
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        if (execution.state === 'windingDown' || execution.state === 'terminated') {
            return executionCodec.encode(execution);
        }
        const { verdict } = await review(ctx, agreement, null);
        demandRefusal(agreementId, verdict);
        return this.#windDown(ctx, agreement, execution, { verb: 'release', fromSlot });
    }

    /**
     * Ends an agreement by common consent: as after a termination, but by the signatures of all parties. One that is
     * not in force yet lapses, and gives back what it reserved.
     * @throws AGREEMENT_MISSING · AGREEMENT_STATE · VERSION_STALE {agreementId, version, inForce} · SIGNATURE_MISSING ·
     * SIGNATURE_INVALID · SIGNATURE_WITHDRAWN · MANDATE_EXCEEDED · SLOT_BEGUN · SLOT_NOT_OVER
     */
    async cancel(ctx: TradeContext, command: string): Promise<string> {
        const { cancellation, consents } = cancelCodec.decode(command);
        const { agreementId, version, fromSlot } = cancellation;
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        if (['windingDown', 'terminated', 'lapsed'].includes(execution.state)) {
            return executionCodec.encode(execution);
        }
        const inForce = agreement.terms.version;
        demand(version === inForce, 'VERSION_STALE', { agreementId, version, inForce });
        const parties = await loadParties(ctx, agreement.terms);
        const document = { kind: 'cancellation', terms: agreement.terms, changes: agreement } as const;
        await verifyConsents(ctx, cancellationDocument(cancellation), consents, parties, document);
        return this.#windDown(ctx, agreement, execution, { verb: 'cancel', fromSlot });
    }

    /**
     * Closes an agreement that can no longer enter into force, and gives back what it reserved. No halt and no suspended
     * party holds that up.
     * @throws AGREEMENT_MISSING · AGREEMENT_STATE
     */
    async lapse(ctx: TradeContext, command: string): Promise<string> {
        const { agreementId } = agreementRefCodec.decode(command);
        const { agreement, execution } = await loadAgreement(ctx, agreementId);
        if (execution.state === 'lapsed') {
            return executionCodec.encode(execution);
        }
        const { terms } = agreement;
        const lapsed = lapseExecution(execution);
        const { verdict } = await review(ctx, agreement, null);
        const late = await ctx.hasTicked(reviewDeadline(terms, await ctx.charter()));
        demand(isNegative(verdict) || late, 'AGREEMENT_STATE', { verb: 'lapse', state: execution.state });
        ctx.ledger.put(EXECUTION, lapsed.execution);
        await putCredits(ctx, `lapse.${agreementId}`, lapsed.postings);
        await ctx.commit({
            postings: lapsed.postings,
            event: { name: 'AgreementLapsed/1', payload: { agreementId, version: execution.version } },
        });
        return executionCodec.encode(lapsed.execution);
    }

    /** @throws AGREEMENT_MISSING {agreementId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return agreementViewCodec.encode(await loadAgreement(ctx, agreementRefCodec.decode(query).agreementId));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(EXECUTION, pageQueryCodec.decode(query)), executionCodec);
    }

    /** Agreements that a participant is a party of. */
    async listOf(ctx: TradeContext, query: string): Promise<string> {
        const { participantId, ...page } = participantPageQueryCodec.decode(query);
        const { items, bookmark } = await ctx.ledger.page(PARTY_AGREEMENT, page, [participantId]);
        const executions: Execution[] = [];
        for (const { agreementId } of items) {
            executions.push((await loadAgreement(ctx, agreementId)).execution);
        }
        return encodePage({ items: executions, bookmark }, executionCodec);
    }

    /** Agreements whose ids begin with these digits: people do not type all sixty-four. */
    async find(ctx: TradeContext, query: string): Promise<string> {
        const { prefix } = findQueryCodec.decode(query);
        const end = [`${prefix}g`]; // 'g' follows every hex digit
        const executions = await ctx.ledger.scanFirst(EXECUTION, [prefix], end, FOUND_MAX);
        return canonicalJson(executions.map(({ agreementId }) => agreementId));
    }

    /** Every change of an agreement's two records, oldest first. */
    async history(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId } = agreementRefCodec.decode(query);
        const terms = await ctx.ledger.history(AGREEMENT, agreementId);
        const executions = await ctx.ledger.history(EXECUTION, agreementId);
        const changes = [
            ...terms.map(({ value, ...change }) => ({ ...change, agreement: value, execution: null })),
            ...executions.map(({ value, ...change }) => ({ ...change, agreement: null, execution: value })),
        ];
        return agreementHistoryCodec.encode(changes.sort((left, right) => left.timestampMs - right.timestampMs));
    }

    /** Ends delivery at the first slot that has not begun, and gives back the escrow of the slots from there on. */
    async #windDown(
        ctx: TradeContext,
        agreement: Agreement,
        execution: Execution,
        { verb, fromSlot }: Readonly<{ verb: 'release' | 'cancel'; fromSlot: SlotIndex }>,
    ): Promise<string> {
        const { agreementId, terms } = agreement;
        await demandNext(ctx, terms, fromSlot);
        const outcome = windDown(execution, terms, fromSlot, verb);
        ctx.ledger.put(EXECUTION, outcome.execution);
        await putCredits(ctx, `${verb}.${agreementId}`, outcome.postings);
        const { state, endSlot, version } = outcome.execution;
        const name = verb === 'release' ? 'AgreementReleased/1' : 'AgreementCancelled/1';
        await ctx.commit({
            postings: outcome.postings,
            event: { name, payload: { agreementId, version, state, endSlot } },
        });
        return executionCodec.encode(outcome.execution);
    }
}
