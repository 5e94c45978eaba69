import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { completedTerms, type Offer, PLACES_MAX, ROUNDS_MAX, turnOf } from '@commonwatt/chaincode/domain/offer';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { documentHashOf } from '@commonwatt/chaincode/wire/signature';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { offerRefCodec } from '@commonwatt/chaincode/wire/offer';
import { expect } from 'chai';
import { consentOf, qualify, withdraw } from '../support/market-commands.js';
import { DEADLINE, negotiableTerms, OfferMoves, openTerms } from '../support/offer-commands.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

/** The terms on the table with another price, as the next proposal of a party. */
const cheaper = ({ terms }: Offer, proposerId: string, price: bigint, changes: Partial<Terms> = {}): Terms =>
    negotiableTerms({
        proposerId,
        parties: terms.parties,
        legs: terms.legs.map((leg) => ({
            ...leg,
            priceMicroPerKwh: leg.priceMicroPerKwh.map(() => priceMicroPerKwh(price)),
        })),
        ...changes,
    });

describe('offers on the ledger', () => {
    let market: StubMarket;
    let moves: OfferMoves;
    beforeEach(async () => {
        market = await StubMarket.ready();
        moves = new OfferMoves(market);
    });

    const concludes = async (offer: Offer): Promise<void> => {
        await market.do('stranger', 'exchange', 'agreement:conclude', moves.concludeCommand(offer));
    };

    describe('between two', () => {
        it('an offer, two counter-offers and an acceptance are an agreement that anyone concludes', async () => {
            const offered = await moves.make(negotiableTerms());
            expect(turnOf(offered)).to.deep.equal(['anna']);
            const asked = await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            expect(turnOf(asked)).to.deep.equal(['solar']);
            const met = await moves.counter(asked, cheaper(asked, 'solar', 170_000n));
            const accepted = await moves.accept(met, 'anna');
            expect(accepted.state).to.equal('accepted');
            expect(accepted.rounds.map((round) => round.proposerId)).to.deep.equal(['solar', 'anna', 'solar']);
            expect(accepted.consents.map((consent) => consent.participantId)).to.deep.equal(['solar', 'anna']);
            await concludes(accepted);
            const names = market.ledger.events.slice(-5).map((event) => event.name);
            expect(names).to.deep.equal([
                'OfferProposed/1',
                'OfferCountered/1',
                'OfferCountered/1',
                'OfferAccepted/1',
                'AgreementConcluded/1',
            ]);
        });

        it('terms that were countered cannot be concluded any more, whoever has their signatures', async () => {
            const offered = await moves.make(negotiableTerms());
            await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            const annas = consentOf(offered.terms, 'anna', market.who('anna'));
            const command = moves.concludeCommand({ ...offered, consents: [...offered.consents, annas] });
            const refused = await market.refused(
                'SIGNATURE_WITHDRAWN',
                'anna',
                'exchange',
                'agreement:conclude',
                command,
            );
            expect(refused.operands).to.include({ participantId: 'solar' });
        });

        it('nor terms that were withdrawn, also by whom another countered', async () => {
            const offered = await moves.make(negotiableTerms());
            const asked = await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            const withdrawn = await moves.withdraw(asked, 'solar');
            expect(withdrawn).to.include({ state: 'withdrawn' });
            expect(withdrawn.consents).to.deep.equal([]);
            const solars = consentOf(asked.terms, 'solar', market.who('solar'));
            const command = moves.concludeCommand({ ...asked, consents: [...asked.consents, solars] });
            await market.refused('SIGNATURE_WITHDRAWN', 'solar', 'exchange', 'agreement:conclude', command);
        });

        it('nor terms whose deadline has passed, before and after somebody says so', async () => {
            const offered = await moves.make(negotiableTerms());
            const annas = consentOf(offered.terms, 'anna', market.who('anna'));
            const command = moves.concludeCommand({ ...offered, consents: [...offered.consents, annas] });
            await market.advance(FIRST_SLOT, DEADLINE);
            await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:conclude', command);
            await market.refused(
                'SLOT_BEGUN',
                'anna',
                'exchange',
                'offer:accept',
                moves.acceptCommand(offered, 'anna'),
            );
            expect((await moves.expire(offered)).state).to.equal('expired');
            await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:conclude', command);
        });

        it('an acceptance that is held back until the deadline fails', async () => {
            const offered = await moves.make(negotiableTerms());
            const held = await market.endorse('anna', 'exchange', 'offer:accept', moves.acceptCommand(offered, 'anna'));
            await market.advance(FIRST_SLOT, DEADLINE);
            expect(market.ledger.commit(held)).to.equal('MVCC_READ_CONFLICT');
        });

        it('a conclusion that is held back until a counter-offer fails', async () => {
            const offered = await moves.make(negotiableTerms());
            const annas = consentOf(offered.terms, 'anna', market.who('anna'));
            const command = moves.concludeCommand({ ...offered, consents: [...offered.consents, annas] });
            const held = await market.endorse('stranger', 'exchange', 'agreement:conclude', command);
            await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            expect(market.ledger.commit(held)).to.equal('MVCC_READ_CONFLICT');
        });

        it('what is concluded by signatures from elsewhere can neither be countered nor withdrawn nor expire', async () => {
            const offered = await moves.make(negotiableTerms());
            const annas = consentOf(offered.terms, 'anna', market.who('anna'));
            await concludes({ ...offered, consents: [...offered.consents, annas] });
            const counter = moves.counterCommand(offered.offerId, 2, cheaper(offered, 'anna', 150_000n));
            await market.refused('OFFER_STATE', 'anna', 'exchange', 'offer:counter', counter);
            const withdrawal = moves.withdrawCommand(offered, 'solar');
            await market.refused('OFFER_STATE', 'solar', 'exchange', 'offer:withdraw', withdrawal);
            expect((await moves.accept(offered, 'anna')).state).to.equal('accepted');
        });

        it('a signature taken back blocks the acceptance', async () => {
            const offered = await moves.make(negotiableTerms());
            const command = withdraw(offered.terms, 'solar', market.who('solar'));
            await market.do('solar', 'exchange', 'consent:withdraw', command);
            const accept = moves.acceptCommand(offered, 'anna');
            await market.refused('SIGNATURE_WITHDRAWN', 'anna', 'exchange', 'offer:accept', accept);
        });

        it('the same move again succeeds and writes nothing', async () => {
            const terms = negotiableTerms();
            const offered = await moves.make(terms);
            const countering = cheaper(offered, 'anna', 150_000n);
            const asked = await moves.counter(offered, countering);
            const accepted = await moves.accept(asked, 'solar');
            const other = await moves.withdraw(await moves.make(negotiableTerms()), 'solar');
            const repeated = [
                ['solar', 'offer:make', moves.makeCommand({ answersId: null, terms }, 9)],
                ['anna', 'offer:counter', moves.counterCommand(offered.offerId, 2, countering)],
                ['solar', 'offer:accept', moves.acceptCommand(accepted, 'solar')],
                ['solar', 'offer:withdraw', moves.withdrawCommand(other, 'solar')],
            ] as const;
            for (const [name, verb, command] of repeated) {
                const { writes, payload } = await market.do(name, 'exchange', verb, command);
                expect(writes, verb).to.deep.equal([]);
                expect(payload, verb).to.contain(verb === 'offer:withdraw' ? other.offerId : offered.offerId);
            }
        });

        it('only the party itself moves, in its turn, on the round that it names', async () => {
            const offered = await moves.make(negotiableTerms());
            const accept = (participantId: string, signer = participantId): string =>
                moves.acceptCommand(offered, participantId, signer);
            await market.refused('CALLER_NOT_PARTICIPANT', 'solar', 'exchange', 'offer:accept', accept('anna'));
            await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'offer:accept', accept('anna', 'solar'));
            await market.refused('OFFER_OF_OTHERS', 'bert', 'exchange', 'offer:accept', accept('bert'));
            const own = moves.counterCommand(offered.offerId, 2, cheaper(offered, 'solar', 190_000n));
            await market.refused('OFFER_TURN', 'solar', 'exchange', 'offer:counter', own);
            const early = moves.counterCommand(offered.offerId, 3, cheaper(offered, 'anna', 190_000n));
            await market.refused('OFFER_ROUND', 'anna', 'exchange', 'offer:counter', early);
            await market.refused(
                'OFFER_OF_OTHERS',
                'anna',
                'exchange',
                'offer:withdraw',
                moves.withdrawCommand(offered, 'anna'),
            );
            const early2 = offerRefCodec.encode({ offerId: offered.offerId });
            await market.refused('SLOT_NOT_OVER', 'anna', 'exchange', 'offer:expire', early2);
            const asked = await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            await market.refused('OFFER_ROUND', 'anna', 'exchange', 'offer:accept', accept('anna'));
            const stolen = cheaper(asked, 'solar', 1n, {
                parties: [asked.terms.parties[0], asked.terms.parties[0]].flatMap((party) => party ?? []),
            });
            await market.refused(
                'TERMS_INVALID',
                'solar',
                'exchange',
                'offer:counter',
                moves.counterCommand(offered.offerId, 3, stolen),
            );
        });

        it('terms once withdrawn do not come back to the table', async () => {
            const terms = negotiableTerms();
            const offered = await moves.make(terms);
            const asked = await moves.counter(offered, cheaper(offered, 'anna', 150_000n));
            const again = moves.counterCommand(asked.offerId, 3, terms);
            await market.refused('SIGNATURE_WITHDRAWN', 'solar', 'exchange', 'offer:counter', again);
        });

        it('who is suspended makes no move but the withdrawal', async () => {
            const offered = await moves.make(negotiableTerms());
            const suspend = qualify(market.who('reviewer'), 'solar', { sequence: 2, status: 'suspended' });
            await market.do('reviewer', 'supervision', 'qualification:suspend', suspend);
            const make = moves.makeCommand({ answersId: null, terms: negotiableTerms() }, 5);
            await market.refused('QUALIFICATION_MISSING', 'solar', 'exchange', 'offer:make', make);
            expect((await moves.withdraw(offered, 'solar')).state).to.equal('withdrawn');
        });

        it('a final state stays', async () => {
            const offered = await moves.make(negotiableTerms());
            const accepted = await moves.accept(offered, 'anna');
            const withdrawal = moves.withdrawCommand(accepted, 'solar');
            await market.refused('OFFER_STATE', 'solar', 'exchange', 'offer:withdraw', withdrawal);
            const counter = moves.counterCommand(offered.offerId, 2, cheaper(offered, 'anna', 150_000n));
            await market.refused('OFFER_STATE', 'anna', 'exchange', 'offer:counter', counter);
            await market.advance(FIRST_SLOT, DEADLINE);
            const expire = offerRefCodec.encode({ offerId: offered.offerId });
            await market.refused('OFFER_STATE', 'anna', 'exchange', 'offer:expire', expire);
        });
    });

    describe('between three', () => {
        const chain = (changes: Partial<Terms> = {}): Terms =>
            negotiableTerms({
                parties: ['solar', 'anna', 'bert'].map((participantId) => ({ participantId, lane: 0 })),
                legs: [sampleLeg(), sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' })],
                ...changes,
            });

        it('each consents by itself, in any order', async () => {
            const offered = await moves.make(chain());
            const half = await moves.accept(offered, 'bert');
            expect(half.state).to.equal('pending');
            expect(turnOf(half)).to.deep.equal(['anna']);
            await market.refused(
                'SIGNATURE_MISSING',
                'solar',
                'exchange',
                'agreement:conclude',
                moves.concludeCommand(half),
            );
            const accepted = await moves.accept(half, 'anna');
            expect(accepted.state).to.equal('accepted');
            await concludes(accepted);
        });

        it('a counter-offer voids every consent before it', async () => {
            const half = await moves.accept(await moves.make(chain()), 'bert');
            const countered = await moves.counter(half, cheaper(half, 'anna', 150_000n));
            expect(turnOf(countered)).to.deep.equal(['solar', 'bert']);
            for (const { participantId, keyId } of half.consents) {
                const key = `withdrawal/${documentHashOf(consentDocument(half.terms))}/${participantId}/${keyId}`;
                expect(market.ledger.read('exchange', key)).not.to.equal(undefined);
            }
        });
    });

    describe('to anyone', () => {
        const takenBy = (open: Offer, participantId: string, salt: string): Terms =>
            completedTerms(open.terms, { participantId, lane: 0, points: [`${participantId}-point`], salt });

        it('an open offer is answered, its maker accepts one answer, and that closes it', async () => {
            const open = await moves.make(openTerms());
            expect(open.consents).to.deep.equal([]);
            const annas = await moves.make(takenBy(open, 'anna', 'a0'.repeat(32)), open.offerId);
            const berts = await moves.make(takenBy(open, 'bert', 'b0'.repeat(32)), open.offerId);
            const accepted = await moves.accept(annas, 'solar');
            expect(accepted.state).to.equal('accepted');
            expect(await moves.show(open.offerId)).to.include({ state: 'accepted', answerId: annas.offerId });
            const late = moves.acceptCommand(berts, 'solar');
            await market.refused('OFFER_STATE', 'solar', 'exchange', 'offer:accept', late);
            await concludes(accepted);
        });

        it("its maker's signature stands on one answer at a time", async () => {
            const open = await moves.make(openTerms());
            const annas = await moves.make(takenBy(open, 'anna', 'a1'.repeat(32)), open.offerId);
            const berts = await moves.make(takenBy(open, 'bert', 'b1'.repeat(32)), open.offerId);
            const dearer = await moves.counter(annas, cheaper(annas, 'solar', 210_000n));
            const accept = moves.acceptCommand(berts, 'solar');
            await market.refused('OFFER_TAKEN', 'solar', 'exchange', 'offer:accept', accept);
            await market.refused(
                'OFFER_TAKEN',
                'solar',
                'exchange',
                'offer:withdraw',
                moves.withdrawCommand(open, 'solar'),
            );
            await moves.counter(dearer, cheaper(dearer, 'anna', 205_000n));
            expect((await moves.accept(berts, 'solar')).state).to.equal('accepted');
        });

        it('it can be closed by the answer of the taker that its maker has countered', async () => {
            const open = await moves.make(openTerms());
            const annas = await moves.make(takenBy(open, 'anna', 'a2'.repeat(32)), open.offerId);
            const dearer = await moves.counter(annas, cheaper(annas, 'solar', 210_000n));
            expect((await moves.accept(dearer, 'anna')).state).to.equal('accepted');
            expect((await moves.show(open.offerId)).state).to.equal('accepted');
        });

        it('it is neither accepted nor countered itself, and a withdrawn one is not answered', async () => {
            const open = await moves.make(openTerms());
            const accept = moves.acceptCommand(open, 'anna');
            await market.refused('OFFER_OPEN', 'anna', 'exchange', 'offer:accept', accept);
            const terms = takenBy(open, 'anna', 'a3'.repeat(32));
            const counter = moves.counterCommand(open.offerId, 2, terms);
            await market.refused('OFFER_OPEN', 'anna', 'exchange', 'offer:counter', counter);
            await moves.withdraw(open, 'solar');
            const answer = moves.makeCommand({ answersId: open.offerId, terms }, 1);
            await market.refused('OFFER_STATE', 'anna', 'exchange', 'offer:make', answer);
        });

        it('an answer names its parties, ends no later, and answers an open offer', async () => {
            const open = await moves.make(openTerms());
            const answer = (terms: Terms, answersId = open.offerId): string =>
                moves.makeCommand({ answersId, terms }, 1);
            const other = negotiableTerms({
                proposerId: 'anna',
                parties: ['bert', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
                legs: [sampleLeg({ sellerId: 'bert', sellerPoint: 'bert-point' })],
            });
            await market.refused('OFFER_OF_OTHERS', 'anna', 'exchange', 'offer:make', answer(other));
            const late = { ...takenBy(open, 'anna', 'a4'.repeat(32)), concludeBeforeSlot: DEADLINE + 1 };
            await market.refused('TERMS_INVALID', 'anna', 'exchange', 'offer:make', answer(late));
            const directed = await moves.make(negotiableTerms());
            const wrong = answer(takenBy(open, 'anna', 'a5'.repeat(32)), directed.offerId);
            await market.refused('OFFER_OPEN', 'anna', 'exchange', 'offer:make', wrong);
        });
    });

    describe('have limits', () => {
        it('a place holds one pending offer, and is free again when it is over or overdue', async () => {
            const terms = negotiableTerms();
            const make = (changes: Partial<Terms> = {}, place = 7): string =>
                moves.makeCommand({ answersId: null, terms: negotiableTerms(changes) }, place);
            const first = moves.makeCommand({ answersId: null, terms }, 7);
            const made = await market.do('solar', 'exchange', 'offer:make', first);
            await market.refused('OFFER_PLACE_TAKEN', 'solar', 'exchange', 'offer:make', make());
            const { offerId } = JSON.parse(made.payload) as Offer;
            await moves.withdraw(await moves.show(offerId), 'solar');
            await market.do('solar', 'exchange', 'offer:make', make());
            await market.advance(FIRST_SLOT, DEADLINE);
            await market.do('solar', 'exchange', 'offer:make', make({ concludeBeforeSlot: DEADLINE + 1 }));
            const beyond = make({}, 0).replace('"place":0', `"place":${PLACES_MAX}`);
            await market.refused('INPUT_INVALID', 'solar', 'exchange', 'offer:make', beyond);
            const query = canonicalJson({ bookmark: '', holderId: 'solar', pageSize: 10 });
            const listed = (await market.ask('exchange', 'offer:list', query)) as { items: Offer[] };
            expect(listed.items.map((offer) => offer.place)).to.deep.equal([7]);
        });

        it('a negotiation ends after so many rounds', async () => {
            let offer = await moves.make(negotiableTerms());
            for (let round = 2; round <= ROUNDS_MAX; round += 1) {
                offer = await moves.counter(offer, cheaper(offer, round % 2 === 0 ? 'anna' : 'solar', 150_000n));
            }
            const more = moves.counterCommand(offer.offerId, ROUNDS_MAX + 1, cheaper(offer, 'solar', 150_000n));
            await market.refused('OFFER_ROUNDS_LIMIT', 'solar', 'exchange', 'offer:counter', more);
            expect((await moves.accept(offer, 'solar')).state).to.equal('accepted');
        });
    });
});
