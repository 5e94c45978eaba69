import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { FINAL_STATES, LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import {
    acceptOffer,
    checkAnswer,
    claimOffer,
    completedTerms,
    counterOffer,
    deadlineOf,
    expireOffer,
    isOpen,
    isRepeatedAcceptance,
    isRepeatedCounter,
    isRepeatedWithdrawal,
    makeOffer,
    type Offer,
    OFFER_STATES,
    type OfferMark,
    ROUNDS_MAX,
    TAKER,
    tradesOf,
    turnOf,
    withdrawOffer,
} from '@commonwatt/chaincode/domain/offer';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { offerCodec, offerIdOf } from '@commonwatt/chaincode/wire/offer';
import { expect } from 'chai';
import { negotiableTerms, openTerms } from '../../support/offer-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { sampleLeg } from '../../support/sample-market.js';

const consent = (participantId: string): Consent => ({
    participantId,
    mandateId: null,
    keyId: 'ab'.repeat(32),
    signature: 'cd'.repeat(64),
});
const mark = (participantId: string, round = 1, move: OfferMark['move'] = 'withdraw'): OfferMark => ({
    move,
    round,
    ...consent(participantId),
});

/** The first round as its maker would put it on the ledger. */
function offerOf(terms: Terms, answersId: string | null = null): Offer {
    const proposal = { answersId, terms };
    const named = { offerId: offerIdOf(proposal), termsHash: termsHashOf(terms), place: 3 };
    const signed = isOpen(proposal)
        ? { mark: mark(terms.proposerId, 1, 'make') }
        : { consent: consent(terms.proposerId) };
    return makeOffer(proposal, named, signed);
}

const counter = (offer: Offer, proposerId: string): ReturnType<typeof counterOffer> => {
    const terms = negotiableTerms({ parties: offer.terms.parties, legs: offer.terms.legs, proposerId });
    return counterOffer(offer, offer.rounds.length + 1, terms, termsHashOf(terms), consent(proposerId));
};

const THREE = {
    parties: ['solar', 'anna', 'bert'].map((participantId) => ({ participantId, lane: 0 })),
    legs: [sampleLeg(), sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' })],
};

describe('an offer', () => {
    it('begins with the consent of its maker, and it is the turn of the others', () => {
        const offer = offerOf(negotiableTerms(THREE));
        expect(offer).to.include({ makerId: 'solar', state: 'pending', answersId: null, answerId: null });
        expect(offer.rounds).to.have.length(1);
        expect(turnOf(offer)).to.deep.equal(['anna', 'bert']);
        expect(deadlineOf(offer)).to.equal(offer.terms.concludeBeforeSlot);
        expect(offerCodec.decode(offerCodec.encode(offer))).to.deep.equal(offer);
    });

    it('is accepted with the last consent', () => {
        const offer = offerOf(negotiableTerms(THREE));
        const half = acceptOffer(offer, 1, consent('bert'));
        expect(half.state).to.equal('pending');
        expect(turnOf(half)).to.deep.equal(['anna']);
        const accepted = acceptOffer(half, 1, consent('anna'));
        expect(accepted.state).to.equal('accepted');
        expect(turnOf(accepted)).to.deep.equal([]);
    });

    it('passes the turn with a counter-offer, which voids the consents before it', () => {
        const half = acceptOffer(offerOf(negotiableTerms(THREE)), 1, consent('bert'));
        const { offer, voided } = counter(half, 'anna');
        expect(voided).to.deep.equal(half.consents);
        expect(offer.consents).to.deep.equal([consent('anna')]);
        expect(turnOf(offer)).to.deep.equal(['solar', 'bert']);
        expect(offer.rounds.map((round) => round.proposerId)).to.deep.equal(['solar', 'anna']);
        expect(offer.offerId).to.equal(half.offerId);
    });

    it('takes no move out of turn, on another round, or by others', () => {
        const offer = offerOf(negotiableTerms());
        const { offerId } = offer;
        expectRefusal(() => acceptOffer(offer, 1, consent('solar')), 'OFFER_TURN', { offerId, participantId: 'solar' });
        expectRefusal(() => counter(offer, 'solar'), 'OFFER_TURN');
        expectRefusal(() => acceptOffer(offer, 2, consent('anna')), 'OFFER_ROUND', { round: 2, onTable: 1 });
        expectRefusal(() => acceptOffer(offer, 1, consent('bert')), 'OFFER_OF_OTHERS', { participantId: 'bert' });
        expectRefusal(() => withdrawOffer(offer, mark('anna')), 'OFFER_OF_OTHERS', { participantId: 'anna' });
        expectRefusal(() => withdrawOffer(offer, mark('solar', 2)), 'OFFER_ROUND');
    });

    it('keeps its parties', () => {
        const offer = offerOf(negotiableTerms());
        for (const parties of [
            THREE.parties,
            [...offer.terms.parties.slice(0, 1), { participantId: 'bert', lane: 0 }],
        ]) {
            const terms = negotiableTerms({ parties, proposerId: 'anna' });
            expectRefusal(() => counterOffer(offer, 2, terms, termsHashOf(terms), consent('anna')), 'TERMS_INVALID', {
                reason: 'a counter-offer keeps the parties',
            });
        }
    });

    it('ends after its rounds', () => {
        let offer = offerOf(negotiableTerms());
        while (offer.rounds.length < ROUNDS_MAX) {
            offer = counter(offer, turnOf(offer)[0] ?? '').offer;
        }
        expectRefusal(() => counter(offer, turnOf(offer)[0] ?? ''), 'OFFER_ROUNDS_LIMIT', { roundsMax: ROUNDS_MAX });
        expect(offerCodec.decode(offerCodec.encode(offer))).to.deep.equal(offer);
    });

    it('is withdrawn by its maker or by who put the terms on the table, and no consent is left', () => {
        const countered = counter(offerOf(negotiableTerms(THREE)), 'anna').offer;
        for (const participantId of ['solar', 'anna']) {
            const { offer, voided } = withdrawOffer(countered, mark(participantId, 2));
            expect(offer).to.deep.include({ state: 'withdrawn', consents: [], marks: [mark(participantId, 2)] });
            expect(voided).to.deep.equal([consent('anna')]);
        }
        expectRefusal(() => withdrawOffer(countered, mark('bert', 2)), 'OFFER_OF_OTHERS');
    });

    it('takes no step from a final state', () => {
        const pending = offerOf(negotiableTerms());
        const over = [
            acceptOffer(pending, 1, consent('anna')),
            withdrawOffer(pending, mark('solar')).offer,
            expireOffer(pending),
        ];
        expect(over.map((offer) => offer.state)).to.deep.equal(OFFER_STATES.slice(1));
        expect(expireOffer(pending).consents).to.deep.equal([]);
        for (const offer of over) {
            const { state } = offer;
            expectRefusal(() => acceptOffer(offer, 1, consent('anna')), 'OFFER_STATE', { verb: 'accept', state });
            expectRefusal(() => counter(offer, 'anna'), 'OFFER_STATE', { verb: 'counter', state });
            expectRefusal(() => withdrawOffer(offer, mark('solar')), 'OFFER_STATE', { verb: 'withdraw', state });
            expectRefusal(() => expireOffer(offer), 'OFFER_STATE', { verb: 'expire', state });
            expect(turnOf(offer)).to.deep.equal([]);
        }
    });

    it('has the states of the lifecycle table', () => {
        const steps = LIFECYCLE.filter((step) => step.noun === 'offer');
        expect(new Set(steps.flatMap((step) => step.to))).to.deep.equal(new Set(OFFER_STATES));
        expect(steps.flatMap((step) => step.from)).not.to.include.members(FINAL_STATES as (string | null)[]);
        for (const step of steps) {
            expect(step.from).to.deep.equal([step.verb === 'make' ? null : 'pending']);
        }
    });

    it('knows a move that was made before', () => {
        const first = offerOf(negotiableTerms());
        const { offer } = counter(first, 'anna');
        const [, second] = offer.rounds;
        const later = counter(offer, 'solar').offer;
        expect(second !== undefined && isRepeatedCounter(later, 2, second)).to.equal(true);
        expect(second !== undefined && isRepeatedCounter(later, 3, second)).to.equal(false);
        for (const other of [{ proposerId: 'bert' }, { termsHash: 'ab'.repeat(32) }]) {
            expect(second !== undefined && isRepeatedCounter(later, 2, { ...second, ...other })).to.equal(false);
        }
        expect(second !== undefined && isRepeatedCounter(later, 4, second), 'no such round').to.equal(false);
        expect(isRepeatedCounter(later, 1, { proposerId: 'solar', termsHash: termsHashOf(first.terms) })).to.equal(
            false,
        );
        expect(isRepeatedAcceptance(later, 3, 'solar')).to.equal(true);
        expect(isRepeatedAcceptance(later, 2, 'solar')).to.equal(false);
        expect(isRepeatedAcceptance(later, 3, 'anna')).to.equal(false);
        const withdrawn = withdrawOffer(later, mark('solar', 3)).offer;
        expect(isRepeatedWithdrawal(withdrawn, 3, 'solar')).to.equal(true);
        const unsold = withdrawOffer(offerOf(openTerms()), mark('solar')).offer;
        expect(isRepeatedWithdrawal(unsold, 1, 'solar'), 'made and withdrawn').to.equal(true);
        expect(isRepeatedWithdrawal(withdrawn, 2, 'solar')).to.equal(false);
        expect(isRepeatedWithdrawal(withdrawn, 3, 'anna')).to.equal(false);
        expect(isRepeatedWithdrawal(offerOf(openTerms()), 1, 'solar'), 'made, not withdrawn').to.equal(false);
    });

    it('has an id of its own for its maker, content and the offer it answers', () => {
        const terms = negotiableTerms();
        const ids = [
            offerIdOf({ answersId: null, terms }),
            offerIdOf({ answersId: 'ab'.repeat(32), terms }),
            offerIdOf({ answersId: null, terms: { ...terms, proposerId: 'anna' } }),
            offerIdOf({ answersId: null, terms: { ...terms, salt: 'cd'.repeat(32) } }),
        ];
        expect(new Set(ids)).to.have.length(ids.length);
        expect(offerIdOf({ answersId: null, terms: { ...terms } })).to.equal(ids[0]);
    });
});

describe('an open offer', () => {
    const open = offerOf(openTerms());
    const taker = { participantId: 'anna', lane: 2, points: ['anna-point'], salt: 'ef'.repeat(32) };

    it('holds no consent, and nobody can accept or counter it', () => {
        expect(isOpen(open)).to.equal(true);
        expect(open.consents).to.deep.equal([]);
        expect(open.marks).to.deep.equal([mark('solar', 1, 'make')]);
        expect(offerOf(negotiableTerms()).marks).to.deep.equal([]);
        expect(turnOf(open)).to.deep.equal([]);
        expectRefusal(() => acceptOffer(open, 1, consent(TAKER)), 'OFFER_OPEN', { open: true });
        expectRefusal(() => counter(open, TAKER), 'OFFER_OPEN', { open: true });
    });

    it('is made by a party that it names', () => {
        expectRefusal(() => offerOf(openTerms({ proposerId: TAKER })), 'TERMS_INVALID', {
            reason: 'a maker leaves another place free than its own',
        });
    });

    it('is completed by filling the free place, and nothing else', () => {
        const terms = completedTerms(open.terms, taker);
        expect(terms.parties).to.deep.equal([
            { participantId: 'solar', lane: 0 },
            { participantId: 'anna', lane: 2 },
        ]);
        expect(terms.legs).to.deep.equal([sampleLeg({ buyerId: 'anna', buyerPoint: 'anna-point' })]);
        expect(terms).to.deep.include({ proposerId: 'anna', salt: taker.salt });
        const { parties, legs, proposerId, salt } = open.terms;
        expect({ ...terms, parties, legs, proposerId, salt }).to.deep.equal(open.terms);
        checkAnswer(open, terms);
    });

    it('is completed leg by leg', () => {
        const both = openTerms({
            legs: [
                sampleLeg({ sellerId: TAKER, sellerPoint: TAKER, buyerId: 'solar', buyerPoint: 'solar-point' }),
                sampleLeg({ sellerId: 'solar', sellerPoint: 'solar-point', buyerId: TAKER, buyerPoint: TAKER }),
            ],
        });
        const terms = completedTerms(both, { ...taker, points: ['anna-1', 'anna-2'] });
        expect(terms.legs.map((leg) => [leg.sellerPoint, leg.buyerPoint])).to.deep.equal([
            ['anna-1', 'solar-point'],
            ['solar-point', 'anna-2'],
        ]);
        expectRefusal(() => completedTerms(both, taker), 'TERMS_INVALID', {
            reason: 'one metering point for each leg of the taker',
            legs: 2,
        });
        const aside = sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' });
        const three = completedTerms(
            { ...both, legs: [aside, ...both.legs] },
            { ...taker, points: ['anna-1', 'anna-2'] },
        );
        expect(three.legs).to.deep.equal([aside, ...terms.legs]);
    });

    it('is answered by offers of the same parties that end no later', () => {
        const terms = completedTerms(open.terms, taker);
        expectRefusal(() => checkAnswer(offerOf(negotiableTerms()), terms), 'OFFER_OPEN', { open: false });
        expectRefusal(() => checkAnswer(expireOffer(open), terms), 'OFFER_STATE');
        expectRefusal(() => checkAnswer(open, { ...terms, ...THREE }), 'OFFER_OF_OTHERS', {
            offerId: open.offerId,
            participantId: 'anna',
        });
        const deadlineSlot = deadlineOf(open);
        expectRefusal(() => checkAnswer(open, { ...terms, concludeBeforeSlot: deadlineSlot + 1 }), 'TERMS_INVALID', {
            reason: 'an answer ends with the open offer',
            deadlineSlot,
        });
    });

    it('is closed by the answer that everybody has consented to', () => {
        const answer = offerOf(completedTerms(open.terms, taker), open.offerId);
        expect(claimOffer(open, answer)).to.include({ state: 'pending', answerId: answer.offerId });
        const accepted = acceptOffer(answer, 1, consent('solar'));
        expect(claimOffer(open, accepted)).to.include({ state: 'accepted', answerId: answer.offerId });
    });
});

describe('what a party trades', () => {
    it('is its side of each leg', () => {
        const terms = negotiableTerms(THREE);
        expect(tradesOf(terms, 'solar')).to.deep.equal([
            { carrier: 'electricity', side: 'sell' },
            { carrier: 'electricity', side: 'sell' },
        ]);
        expect(tradesOf(terms, 'bert')).to.deep.equal([{ carrier: 'electricity', side: 'buy' }]);
        expect(tradesOf(terms, 'retail')).to.deep.equal([]);
    });
});
