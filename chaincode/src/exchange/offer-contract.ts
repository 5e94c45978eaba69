import { checkPoints, checkRelations, checkTerms, type Consent, type Terms } from '../domain/agreement.js';
import { SMALL_OFFER_BYTES, stepOf } from '../domain/allowance.js';
import { assert, demand, marketError } from '../domain/errors.js';
import type { SignedDocument } from '../domain/mandate.js';
import {
    acceptOffer,
    checkAnswer,
    checkAnswersDeadline,
    claimOffer,
    counterOffer,
    deadlineOf,
    demandOfferStep,
    expireOffer,
    hasConsented,
    isOpen,
    isRepeatedAcceptance,
    isRepeatedCounter,
    isRepeatedWithdrawal,
    makeOffer,
    type Offer,
    tradesOf,
    withdrawOffer,
} from '../domain/offer.js';
import { agreementIdOf, consentDocument, termsHashOf } from '../wire/agreement.js';
import {
    acceptCodec,
    counterCodec,
    makeCodec,
    markBody,
    offerCodec,
    offerIdOf,
    offerPageQueryCodec,
    offerRefCodec,
    withdrawOfferCodec,
} from '../wire/offer.js';
import { encodePage } from '../wire/query.js';
import { documentHashOf, keyIdOf } from '../wire/signature.js';
import { EXECUTION, OFFER, OFFER_PLACE, WITHDRAWAL } from '../store/keys.js';
import { demandStaying } from './departures.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBytes, demandNear } from './limits.js';
import { demandSource, loadParties, loadPoints } from './parties.js';
import { demandRequirements } from './requirements.js';
import { demandPermits } from './review.js';
import { agentsOf, callingSignatory, consentBy, type Signatory, verifySignatory } from './signatories.js';
import type { TradeContext } from './trade-context.js';
import { demandNotWithdrawn } from './withdrawals.js';

/**
 * Negotiation: terms are put on the table, replaced, consented to. A consent given here is the consent of the agreement,
 * so that whoever wants can conclude it once all are there; one that a later move ends is withdrawn on the ledger, where
 * conclude looks for it.
 */
export class OfferContract extends ExchangeContract {
    /**
     * Puts first terms on the table, to named parties or to whoever takes the free place; or answers an open offer.
     * @throws CALLER_NOT_PARTICIPANT · MANDATE_MISSING · MANDATE_REVOKED · MANDATE_EXCEEDED · KEY_REPLACED ·
     * TERMS_INVALID · TERMS_LIMIT · SLOT_BEGUN · METER_MISSING · METER_OF_OTHER · SIGNATURE_INVALID ·
     * SIGNATURE_WITHDRAWN · QUALIFICATION_MISSING · OFFER_PLACE_TAKEN · ALLOWANCE_USED_UP · OFFER_MISSING · OFFER_OPEN ·
     * OFFER_STATE · OFFER_OF_OTHERS
     */
    async make(ctx: TradeContext, command: string): Promise<string> {
        const { proposal, place, mandateId, signature } = makeCodec.decode(command);
        const { terms, answersId } = proposal;
        const { proposerId: makerId } = terms;
        const maker = await callingSignatory(ctx, makerId, mandateId, move(terms));
        const offerId = offerIdOf(proposal);
        const existing = await ctx.ledger.get(OFFER, offerId);
        if (existing !== null) {
            return offerCodec.encode(existing);
        }
        if (answersId !== null) {
            checkAnswer(await load(ctx, answersId), terms);
        }
        await demandProposable(ctx, terms, maker);
        const consent = consentBy(maker, signature);
        const signed = isOpen(proposal) ? { mark: { move: 'make' as const, round: 1, ...consent } } : { consent };
        const offer = makeOffer(proposal, { offerId, termsHash: termsHashOf(terms), place }, signed);
        if ('mark' in signed) {
            await verifyMark(ctx, offer, 'make', maker, signature);
        } else {
            await verifyConsent(ctx, terms, maker, signature);
        }
        const { participantId: holderId } = maker.signer;
        await demandPlace(ctx, holderId, place);
        ctx.ledger.put(OFFER_PLACE, { holderId, place, offerId });
        ctx.ledger.put(OFFER, offer);
        await countTerms(ctx, maker, place);
        const partyIds = terms.parties.map((party) => party.participantId);
        await ctx.commit({
            event: {
                name: 'OfferProposed/1',
                payload: { offerId, makerId, partyIds, answersId, deadlineSlot: deadlineOf(offer) },
            },
        });
        return offerCodec.encode(offer);
    }

    /**
     * Puts other terms on the table, as any party may that has not consented to those that are there.
     * @throws as `make`, except OFFER_PLACE_TAKEN, and OFFER_ROUND · OFFER_TURN · OFFER_ROUNDS_LIMIT · OFFER_TAKEN
     */
    async counter(ctx: TradeContext, command: string): Promise<string> {
        const { offerId, round, terms, mandateId, signature } = counterCodec.decode(command);
        const { proposerId } = terms;
        const mover = await callingSignatory(ctx, proposerId, mandateId, move(terms));
        const offer = await load(ctx, offerId);
        const termsHash = termsHashOf(terms);
        if (isRepeatedCounter(offer, round, { proposerId, termsHash })) {
            return offerCodec.encode(offer);
        }
        const consent = consentBy(mover, signature);
        const { offer: countered, voided } = counterOffer(offer, round, terms, termsHash, consent);
        await ctx.demandNotBegun(deadlineOf(offer));
        await demandNotConcluded(ctx, offer, 'counter');
        await demandProposable(ctx, terms, mover);
        await verifyConsent(ctx, terms, mover, signature);
        await claim(ctx, countered, proposerId);
        withdrawConsents(ctx, offer, voided);
        ctx.ledger.put(OFFER, countered);
        await countTerms(ctx, mover, Number.parseInt(offerId.slice(0, 2), 16) + round);
        await ctx.commit({
            event: {
                name: 'OfferCountered/1',
                payload: { offerId, round, proposerId, deadlineSlot: deadlineOf(countered) },
            },
        });
        return offerCodec.encode(countered);
    }

    /**
     * Consents to the terms on the table. With the last party's consent the offer is accepted, and anyone can conclude
     * the agreement with the consents that stand in it.
     * @throws CALLER_NOT_PARTICIPANT · OFFER_MISSING · OFFER_STATE · OFFER_OPEN · OFFER_ROUND · OFFER_OF_OTHERS ·
     * OFFER_TURN · OFFER_TAKEN · SLOT_BEGUN · TERMS_INVALID · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN ·
     * QUALIFICATION_MISSING
     */
    async accept(ctx: TradeContext, command: string): Promise<string> {
        const { offerId, round, participantId, mandateId, signature } = acceptCodec.decode(command);
        const offer = await load(ctx, offerId);
        const party = await callingSignatory(ctx, participantId, mandateId, move(offer.terms));
        if (isRepeatedAcceptance(offer, round, participantId)) {
            return offerCodec.encode(offer);
        }
        const accepted = acceptOffer(offer, round, consentBy(party, signature));
        await ctx.demandNotBegun(deadlineOf(offer));
        await verifyConsent(ctx, offer.terms, party, signature);
        await demandProposable(ctx, offer.terms, party);
        await claim(ctx, accepted, participantId);
        ctx.ledger.put(OFFER, accepted);
        const { state } = accepted;
        await ctx.commit({ event: { name: 'OfferAccepted/1', payload: { offerId, round, participantId, state } } });
        return offerCodec.encode(accepted);
    }

    /**
     * Ends the negotiation: the maker of the offer may, and who put the terms on the table. Their consents become void.
     * @throws CALLER_NOT_PARTICIPANT · OFFER_MISSING · OFFER_STATE · OFFER_ROUND · OFFER_OF_OTHERS · OFFER_TAKEN ·
     * SIGNATURE_INVALID
     */
    async withdraw(ctx: TradeContext, command: string): Promise<string> {
        const { offerId, round, participantId, mandateId, signature } = withdrawOfferCodec.decode(command);
        const offer = await load(ctx, offerId);
        const party = await callingSignatory(ctx, participantId, mandateId, move(offer.terms));
        if (isRepeatedWithdrawal(offer, round, participantId)) {
            return offerCodec.encode(offer);
        }
        const mark = { move: 'withdraw', round, ...consentBy(party, signature) } as const;
        const { offer: withdrawn, voided } = withdrawOffer(offer, mark);
        await verifyMark(ctx, offer, 'withdraw', party, signature);
        await demandNotConcluded(ctx, offer, 'withdraw');
        await demandUnclaimed(ctx, offer, null);
        withdrawConsents(ctx, offer, voided);
        ctx.ledger.put(OFFER, withdrawn);
        await ctx.commit({ event: { name: 'OfferWithdrawn/1', payload: { offerId, round, participantId } } });
        return offerCodec.encode(withdrawn);
    }

    /** Closes an offer whose deadline has passed; anyone may. @throws OFFER_MISSING · OFFER_STATE · SLOT_NOT_OVER */
    async expire(ctx: TradeContext, command: string): Promise<string> {
        const { offerId } = offerRefCodec.decode(command);
        const offer = await load(ctx, offerId);
        if (offer.state === 'expired') {
            return offerCodec.encode(offer);
        }
        const expired = expireOffer(offer);
        await ctx.demandOver(deadlineOf(offer) - 1);
        await demandNotConcluded(ctx, offer, 'expire');
        ctx.ledger.put(OFFER, expired);
        await ctx.commit({ event: { name: 'OfferExpired/1', payload: { offerId, round: offer.rounds.length } } });
        return offerCodec.encode(expired);
    }

    /** @throws OFFER_MISSING {offerId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return offerCodec.encode(await load(ctx, offerRefCodec.decode(query).offerId));
    }

    /** All offers, or those that stand in one signer's places. */
    async list(ctx: TradeContext, query: string): Promise<string> {
        const { holderId, ...page } = offerPageQueryCodec.decode(query);
        if (holderId === null) {
            return encodePage(await ctx.ledger.page(OFFER, page), offerCodec);
        }
        const { items: places, bookmark } = await ctx.ledger.page(OFFER_PLACE, page, [holderId]);
        const items: Offer[] = [];
        for (const { offerId } of places) {
            items.push(await load(ctx, offerId));
        }
        return encodePage({ items, bookmark }, offerCodec);
    }
}

/** A move of a negotiation, as a document that an agent may sign or not. */
const move = (terms: Terms): SignedDocument => ({ kind: 'offer', terms, changes: null });

async function load(ctx: TradeContext, offerId: string): Promise<Offer> {
    const offer = await ctx.ledger.get(OFFER, offerId);
    if (offer === null) {
        throw marketError('OFFER_MISSING', { offerId });
    }
    return offer;
}

/** Terms that could be concluded, as far as the ledger knows today, by a party that may trade what they say. */
async function demandProposable(ctx: TradeContext, terms: Terms, mover: Signatory): Promise<void> {
    checkTerms(terms, await ctx.rules());
    await ctx.demandNotBegun(terms.concludeBeforeSlot);
    await demandNear(ctx, terms.firstSlot);
    await demandRequirements(ctx, terms, null);
    await demandStaying(ctx, terms, agentsOf([mover]));
    if (!isOpen({ terms })) {
        checkPoints(terms, await loadPoints(ctx, terms));
        await demandSource(ctx, terms);
        const parties = await loadParties(ctx, terms);
        checkRelations(terms, parties, await ctx.rules());
        const possible = parties.map(({ participantId, publicKey }) => ({ participantId, keyId: keyIdOf(publicKey) }));
        for (const givenBy of possible) {
            await demandNotWithdrawn(ctx, consentDocument(terms), givenBy);
        }
    }
    const { participantId } = mover.party;
    await demandPermits(ctx, participantId, tradesOf(terms, participantId), agentsOf([mover]));
}

/**
 * A place is free when its offer is over, or overdue. Who signs an offer needs the place, not whom it stands for: an
 * agent cannot fill its principal's. @throws OFFER_PLACE_TAKEN {participantId, place, offerId}
 */
async function demandPlace(ctx: TradeContext, holderId: string, place: number): Promise<void> {
    const taken = await ctx.ledger.get(OFFER_PLACE, holderId, place);
    if (taken === null) {
        return;
    }
    const { offerId } = taken;
    const before = await load(ctx, offerId);
    const free = before.state !== 'pending' || (await ctx.hasBegun(deadlineOf(before)));
    demand(free, 'OFFER_PLACE_TAKEN', { participantId: holderId, place, offerId });
}

/**
 * Terms on the table stay for ever, whoever put them there, so who signs them is charged for them. Consents to them are
 * not: there is one of each party. @throws ALLOWANCE_USED_UP
 */
async function countTerms(ctx: TradeContext, mover: Signatory, index: number): Promise<void> {
    const purpose = ctx.ledger.bytesPut <= SMALL_OFFER_BYTES ? 'offer' : 'large-offer';
    await countBytes(ctx, stepOf(mover.signer.participantId, purpose, index));
}

async function verifyConsent(ctx: TradeContext, terms: Terms, mover: Signatory, signature: string): Promise<void> {
    await verifySignatory(ctx, mover, consentDocument(terms), signature);
}

async function verifyMark(
    ctx: TradeContext,
    { offerId, rounds }: Offer,
    move: 'make' | 'withdraw',
    mover: Signatory,
    signature: string,
): Promise<void> {
    await verifySignatory(ctx, mover, ['commonwatt/offer/1', markBody(move, offerId, rounds.length)], signature);
}

/** The consents to terms that leave the table never bind again: conclude looks for these records. */
function withdrawConsents(ctx: TradeContext, offer: Offer, voided: readonly Consent[]): void {
    const documentHash = documentHashOf(consentDocument(offer.terms));
    for (const { participantId, keyId } of voided) {
        ctx.ledger.put(WITHDRAWAL, { participantId, documentHash, keyId });
    }
}

/** Terms can be concluded without a last acceptance here, with signatures from elsewhere; then the table is closed. */
async function demandNotConcluded(ctx: TradeContext, offer: Offer, verb: string): Promise<void> {
    const { offerId } = offer;
    demand(!(await isConcluded(ctx, offer)), 'OFFER_STATE', { offerId, verb, state: 'concluded' });
}

const isConcluded = async (ctx: TradeContext, { terms }: Offer): Promise<boolean> =>
    (await ctx.ledger.get(EXECUTION, agreementIdOf(terms))) !== null;

/**
 * An open offer is one lot: the consent of its maker stands on one answer at a time, and the answer that everybody has
 * consented to closes it.
 * @throws OFFER_STATE · OFFER_TAKEN · TERMS_INVALID
 */
async function claim(ctx: TradeContext, answer: Offer, moverId: string): Promise<void> {
    if (answer.answersId === null) {
        return;
    }
    const open = await load(ctx, answer.answersId);
    checkAnswersDeadline(open, answer.terms);
    const byMaker = moverId === open.makerId;
    if (byMaker) {
        demandOfferStep(open, 'accept');
        await demandUnclaimed(ctx, open, answer.offerId);
    }
    if (byMaker || answer.state === 'accepted') {
        assert(open.state === 'pending', 'an open offer stands while its maker is bound by an answer');
        ctx.ledger.put(OFFER, claimOffer(open, answer));
    }
}

/** @throws OFFER_TAKEN {offerId, answerId} while another answer may still bind the open offer's maker */
async function demandUnclaimed(ctx: TradeContext, open: Offer, claimantId: string | null): Promise<void> {
    const { offerId, answerId, makerId } = open;
    if (answerId === null || answerId === claimantId) {
        return;
    }
    const answer = await load(ctx, answerId);
    const consented = answer.state === 'accepted' || hasConsented(answer, makerId);
    const over = answer.state === 'pending' && (await ctx.hasBegun(deadlineOf(answer)));
    const binds = consented && (!over || (await isConcluded(ctx, answer)));
    demand(!binds, 'OFFER_TAKEN', { offerId, answerId });
}
