import type { Consent, Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { assert, demand } from './errors.js';
import { LIFECYCLE } from './lifecycle.js';
import type { SlotIndex } from './units.js';

/** States of an offer; all but the first are final. */
export const OFFER_STATES = ['pending', 'accepted', 'withdrawn', 'expired'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

/** Most rounds of one negotiation, the first included. */
export const ROUNDS_MAX = 16;
/** Most offers of one maker that are pending at a time: each stands in a numbered place. */
export const PLACES_MAX = 128;

/** What an open offer writes for the party it is looking for, and for that party's metering points. */
export const TAKER = 'taker';

/** Terms that were put on the table once. */
export type Round = Readonly<{ proposerId: string; termsHash: string }>;

/** A party's signature on a move that consents to no terms: publishing an open offer, withdrawing an offer. */
export type OfferMark = Readonly<{
    move: 'make' | 'withdraw';
    round: number;
    participantId: string;
    mandateId: string | null;
    keyId: string;
    signature: string;
}>;

/**
 * A negotiation: terms on the table, and who has consented to them so far. It binds nobody; consents of every party to
 * the same terms do, once they are concluded. An _open_ offer names TAKER in the place of one party. It is answered by
 * offers that put somebody in that place, and carries no consents itself.
 */
export type Offer = Readonly<{
    offerId: string;
    makerId: string;
    /** Place among the maker's pending offers. */
    place: number;
    state: OfferState;
    /** The open offer that this one answers. */
    answersId: string | null;
    /** Of an open offer: the answer that its maker has consented to last. */
    answerId: string | null;
    /** The terms on the table. */
    terms: Terms;
    /** Every round, the one on the table last. */
    rounds: readonly Round[];
    /** Consents to the terms on the table, in the order given; none once the offer has failed. */
    consents: readonly Consent[];
    marks: readonly OfferMark[];
}>;

/** What a maker puts on the ledger. */
export type Proposal = Readonly<{ answersId: string | null; terms: Terms }>;

export const isOpen = ({ terms }: Readonly<{ terms: Terms }>): boolean =>
    terms.parties.some(({ participantId }) => participantId === TAKER);

/** From this slot on nobody can accept: the terms themselves could not be concluded any more. */
export const deadlineOf = ({ terms }: Readonly<{ terms: Terms }>): SlotIndex => terms.concludeBeforeSlot;

export const hasConsented = (offer: Offer, participantId: string): boolean =>
    offer.consents.some((consent) => consent.participantId === participantId);

/** Whose turn it is: every party that has not consented to the terms on the table. */
export const turnOf = (offer: Offer): string[] =>
    isOpen(offer) || offer.state !== 'pending'
        ? []
        : offer.terms.parties.map((party) => party.participantId).filter((id) => !hasConsented(offer, id));

/** @throws OFFER_STATE {offerId, verb, state} when the lifecycle has no such step from the offer's state */
export function demandOfferStep(offer: Offer, verb: string): void {
    const { offerId, state } = offer;
    const found = LIFECYCLE.some((step) => step.noun === 'offer' && step.verb === verb && step.from.includes(state));
    demand(found, 'OFFER_STATE', { offerId, verb, state });
}

/**
 * The first round. Signed by a consent where all parties are named, by a mark where one is still looked for.
 * @throws TERMS_INVALID {reason}
 */
export function makeOffer(
    proposal: Proposal,
    named: Readonly<{ offerId: string; termsHash: string; place: number }>,
    signed: Readonly<{ consent: Consent } | { mark: OfferMark }>,
): Offer {
    const { offerId, termsHash, place } = named;
    const makerId = proposal.terms.proposerId;
    demand(makerId !== TAKER, 'TERMS_INVALID', { reason: 'a maker leaves another place free than its own' });
    assert(isOpen(proposal) === 'mark' in signed, 'nobody consents to terms without a taker');
    return {
        offerId,
        makerId,
        place,
        state: 'pending',
        answersId: proposal.answersId,
        answerId: null,
        terms: proposal.terms,
        rounds: [{ proposerId: makerId, termsHash }],
        consents: 'consent' in signed ? [signed.consent] : [],
        marks: 'mark' in signed ? [signed.mark] : [],
    };
}

/**
 * Puts other terms on the table. The consents to the earlier ones bind nobody from now on.
 * @throws OFFER_STATE · OFFER_OPEN · OFFER_ROUND · OFFER_OF_OTHERS · OFFER_TURN · OFFER_ROUNDS_LIMIT · TERMS_INVALID
 */
export function counterOffer(offer: Offer, round: number, terms: Terms, termsHash: string, consent: Consent): Outcome {
    demandOfferStep(offer, 'counter');
    demandNegotiable(offer, round - 1);
    demandTurn(offer, terms.proposerId);
    demand(round <= ROUNDS_MAX, 'OFFER_ROUNDS_LIMIT', { offerId: offer.offerId, roundsMax: ROUNDS_MAX });
    demand(sameIds(partyIds(offer.terms), partyIds(terms)), 'TERMS_INVALID', {
        reason: 'a counter-offer keeps the parties',
    });
    assert(consent.participantId === terms.proposerId, 'who puts terms on the table consents to them');
    const rounds = [...offer.rounds, { proposerId: terms.proposerId, termsHash }];
    return { offer: { ...offer, terms, rounds, consents: [consent] }, voided: offer.consents };
}

/**
 * Consents to the terms on the table; with the last party's consent the offer is accepted.
 * @throws OFFER_STATE · OFFER_OPEN · OFFER_ROUND · OFFER_OF_OTHERS · OFFER_TURN
 */
export function acceptOffer(offer: Offer, round: number, consent: Consent): Offer {
    demandOfferStep(offer, 'accept');
    demandNegotiable(offer, round);
    demandTurn(offer, consent.participantId);
    const accepted = { ...offer, consents: [...offer.consents, consent] };
    return turnOf(accepted).length > 0 ? accepted : { ...accepted, state: 'accepted' };
}

/**
 * Ends a negotiation before everybody has consented: its maker may, and who put the terms on the table.
 * @throws OFFER_STATE · OFFER_ROUND · OFFER_OF_OTHERS
 */
export function withdrawOffer(offer: Offer, mark: OfferMark): Outcome {
    demandOfferStep(offer, 'withdraw');
    demandRound(offer, mark.round);
    const { offerId, makerId, terms } = offer;
    const { participantId } = mark;
    const own = participantId === makerId || participantId === terms.proposerId;
    demand(own, 'OFFER_OF_OTHERS', { offerId, participantId });
    return {
        offer: { ...offer, state: 'withdrawn', consents: [], marks: [...offer.marks, mark] },
        voided: offer.consents,
    };
}

/** Ends a negotiation after its deadline. No consent needs to be voided: the terms forbid to conclude them any more. */
export function expireOffer(offer: Offer): Offer {
    demandOfferStep(offer, 'expire');
    return { ...offer, state: 'expired', consents: [] };
}

/** An offer after a move, and the consents that the move has made void. */
export type Outcome = Readonly<{ offer: Offer; voided: readonly Consent[] }>;

export const isRepeatedCounter = (offer: Offer, round: number, repeated: Round): boolean => {
    const known = offer.rounds[round - 1];
    return round > 1 && known?.proposerId === repeated.proposerId && known.termsHash === repeated.termsHash;
};

export const isRepeatedAcceptance = (offer: Offer, round: number, participantId: string): boolean =>
    offer.rounds.length === round && hasConsented(offer, participantId);

export const isRepeatedWithdrawal = (offer: Offer, round: number, participantId: string): boolean =>
    offer.marks.some(
        (mark) => mark.move === 'withdraw' && mark.round === round && mark.participantId === participantId,
    );

/**
 * An answer names the parties of the open offer, with its maker in the free place, and ends no later.
 * @throws OFFER_STATE · OFFER_OPEN {offerId, open} · OFFER_OF_OTHERS · TERMS_INVALID {reason}
 */
export function checkAnswer(open: Offer, terms: Terms): void {
    const { offerId } = open;
    demand(isOpen(open), 'OFFER_OPEN', { offerId, open: false });
    demandOfferStep(open, 'accept');
    const taken = partyIds(open.terms).map((id) => (id === TAKER ? terms.proposerId : id));
    demand(sameIds(taken, partyIds(terms)), 'OFFER_OF_OTHERS', { offerId, participantId: terms.proposerId });
    checkAnswersDeadline(open, terms);
}

/** @throws TERMS_INVALID {reason, …} */
export function checkAnswersDeadline(open: Offer, terms: Terms): void {
    demand(terms.concludeBeforeSlot <= deadlineOf(open), 'TERMS_INVALID', {
        reason: 'an answer ends with the open offer',
        concludeBeforeSlot: terms.concludeBeforeSlot,
        deadlineSlot: deadlineOf(open),
    });
}

/** An open offer after its maker, or the last party, has consented to an answer: one lot is sold once. */
export const claimOffer = (open: Offer, answer: Offer): Offer => ({
    ...open,
    answerId: answer.offerId,
    state: answer.state === 'accepted' ? 'accepted' : open.state,
});

/** Who takes an open offer, and where: one metering point for each of the taker's legs, in their order. */
export type Taker = Readonly<{ participantId: string; lane: number; points: readonly string[]; salt: string }>;

/**
 * The terms of an open offer with its free place filled. They are the taker's proposal, so they carry its name.
 * @throws TERMS_INVALID {reason, legs} unless there is a point for each leg of the taker
 */
export function completedTerms(open: Terms, taker: Taker): Terms {
    const { participantId, lane, salt } = taker;
    const own = open.legs.filter((leg) => leg.sellerId === TAKER || leg.buyerId === TAKER);
    demand(own.length === taker.points.length, 'TERMS_INVALID', {
        reason: 'one metering point for each leg of the taker',
        legs: own.length,
    });
    const legs = open.legs.map((leg) => {
        const pointId = taker.points[own.indexOf(leg)] ?? TAKER;
        return {
            ...leg,
            ...(leg.sellerId === TAKER ? { sellerId: participantId, sellerPoint: pointId } : {}),
            ...(leg.buyerId === TAKER ? { buyerId: participantId, buyerPoint: pointId } : {}),
        };
    });
    const parties = open.parties.map((party) => (party.participantId === TAKER ? { participantId, lane } : party));
    return { ...open, proposerId: participantId, salt, parties, legs };
}

/** What a party has to be qualified for under the terms. */
export const tradesOf = (terms: Terms, participantId: string): { carrier: Carrier; side: 'buy' | 'sell' }[] =>
    terms.legs.flatMap(({ carrier, sellerId, buyerId }) => [
        ...(sellerId === participantId ? [{ carrier, side: 'sell' as const }] : []),
        ...(buyerId === participantId ? [{ carrier, side: 'buy' as const }] : []),
    ]);

function demandNegotiable(offer: Offer, round: number): void {
    demand(!isOpen(offer), 'OFFER_OPEN', { offerId: offer.offerId, open: true });
    demandRound(offer, round);
}

function demandRound({ offerId, rounds }: Offer, round: number): void {
    demand(rounds.length === round, 'OFFER_ROUND', { offerId, round, onTable: rounds.length });
}

function demandTurn(offer: Offer, participantId: string): void {
    const { offerId } = offer;
    demand(partyIds(offer.terms).includes(participantId), 'OFFER_OF_OTHERS', { offerId, participantId });
    demand(!hasConsented(offer, participantId), 'OFFER_TURN', { offerId, participantId });
}

const partyIds = (terms: Terms): string[] => terms.parties.map((party) => party.participantId);

const sameIds = (left: readonly string[], right: readonly string[]): boolean =>
    left.length === right.length && left.every((id) => right.includes(id));
