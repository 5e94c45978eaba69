import { PLACES_MAX } from '@commonwatt/chaincode/domain/offer';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { type Market, newSalt, proposeTerms } from '@commonwatt/client';
import { expect } from 'chai';
import { DEADLINE, negotiableTerms, OfferMoves, openTerms } from '../support/offer-commands.js';
import { expectRefusal } from '../support/refusal.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

describe('the client of offers', () => {
    let stub: StubMarket;
    const as = (name: string): Market['offers'] => clientOf(stub, name).market.offers;

    beforeEach(async () => {
        stub = await StubMarket.ready();
    });

    it('bargains with the own key of each party, and what they agree on is concluded', async () => {
        const terms = negotiableTerms();
        const offered = await as('solar').make(terms);
        const [leg] = terms.legs;
        const prices = leg?.priceMicroPerKwh.map(() => priceMicroPerKwh(150_000n)) ?? [];
        const wish = proposeTerms(terms, 'anna', {
            legs: leg === undefined ? [] : [{ ...leg, priceMicroPerKwh: prices }],
        });
        const countered = await as('anna').counter(offered.value, wish);
        expect(countered.value.terms).to.deep.equal(wish);
        const accepted = await as('solar').accept(await as('solar').show(offered.value.offerId), 'solar');
        expect(accepted.value.state).to.equal('accepted');
        const concluded = await as('bert').conclude(accepted.value);
        expect(concluded.value).to.include({ state: 'concluded', agreementId: agreementIdOf(wish) });
    });

    it('signs what the party has read, and nothing that came since', async () => {
        const read = (await as('solar').make(negotiableTerms())).value;
        await as('anna').counter(read, proposeTerms(read.terms, 'anna'));
        await expectRefusal(as('anna').accept(read, 'anna'), 'conflict OFFER_ROUND', { round: 1, onTable: 2 });
        await expectRefusal(as('solar').withdraw(read, 'solar'), 'conflict OFFER_ROUND');
    });

    it('answers an open offer in its free place', async () => {
        const open = (await as('solar').make(openTerms())).value;
        expect(open.marks.map((mark) => [mark.move, mark.participantId])).to.deep.equal([['make', 'solar']]);
        const answer = (await as('anna').answer(open, { participantId: 'anna', lane: 0, points: ['anna-point'] }))
            .value;
        expect(answer).to.include({ makerId: 'anna', answersId: open.offerId });
        await as('solar').accept(answer, 'solar');
        expect((await as('solar').show(open.offerId)).answerId).to.equal(answer.offerId);
    });

    it('withdraws, and closes what is overdue', async () => {
        const withdrawn = await as('solar').withdraw((await as('solar').make(negotiableTerms())).value, 'solar');
        expect(withdrawn.value.state).to.equal('withdrawn');
        const { offerId } = (await as('solar').make(negotiableTerms())).value;
        await expectRefusal(as('bert').expire(offerId), 'conflict SLOT_NOT_OVER');
        await stub.advance(FIRST_SLOT, DEADLINE);
        expect((await as('bert').expire(offerId)).value.state).to.equal('expired');
        const listed = await as('bert').list();
        expect(listed.map((offer) => offer.state)).to.have.members(['withdrawn', 'expired']);
    });

    it('finds the one place that is free, and when none is, says so until an offer is overdue', async () => {
        const moves = new OfferMoves(stub);
        for (let place = 0; place < PLACES_MAX; place += 1) {
            const terms = negotiableTerms({ salt: newSalt() });
            if (place !== 77) {
                const command = moves.makeCommand({ answersId: null, terms }, place);
                await stub.do('solar', 'exchange', 'offer:make', command);
            }
        }
        expect((await as('solar').make(negotiableTerms())).value.place).to.equal(77);
        await expectRefusal(as('solar').make(negotiableTerms()), 'conflict OFFER_PLACE_TAKEN', {
            participantId: 'solar',
        });
        await stub.advance(FIRST_SLOT, DEADLINE);
        const later = await as('solar').make(negotiableTerms({ concludeBeforeSlot: DEADLINE + 1 }));
        expect(later.value.state).to.equal('pending');
        expect(await as('solar').list('solar')).to.have.length(PLACES_MAX);
    });
});
