import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { completedTerms, isOpen, type Offer, TAKER } from '@commonwatt/chaincode/domain/offer';
import { agreementIdOf, concludeCodec, consentBody, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { offerCodec, offerRefCodec } from '@commonwatt/chaincode/wire/offer';
import { signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import fc from 'fast-check';
import { consentOf, withdraw } from '../support/market-commands.js';
import { DEADLINE, negotiableTerms, OfferMoves, openTerms } from '../support/offer-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import { SCOPE } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const PARTIES = ['solar', 'anna', 'bert'] as const;

/** One attempt: what is tried, on which of the offers so far, by whom, and with whose key. */
type Attempt = Readonly<{
    move: 'make' | 'answer' | 'counter' | 'accept' | 'withdraw' | 'expire' | 'takeBack' | 'sign' | 'conclude' | 'tick';
    kind: 'two' | 'three' | 'open';
    target: number;
    mover: (typeof PARTIES)[number];
    signer: (typeof PARTIES)[number] | null;
}>;

const attempt: fc.Arbitrary<Attempt> = fc.record({
    move: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('make' as const, 'counter' as const) },
        { weight: 6, arbitrary: fc.constantFrom('accept' as const) },
        { weight: 3, arbitrary: fc.constantFrom('answer' as const, 'sign' as const, 'conclude' as const) },
        {
            weight: 2,
            arbitrary: fc.constantFrom('withdraw' as const, 'expire' as const, 'takeBack' as const, 'tick' as const),
        },
    ),
    kind: fc.constantFrom('two', 'three', 'open'),
    target: fc.nat(7),
    mover: fc.constantFrom(...PARTIES),
    signer: fc.oneof(
        { weight: 7, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom(...PARTIES) },
    ),
});

/** A market in which parties try moves in any order, and what honest bookkeeping says of every signature. */
class Bargain {
    readonly market: StubMarket;
    readonly moves: OfferMoves;
    readonly #offers = new Map<string, Offer>();
    readonly #terms = new Map<string, Terms>();
    /** Every signature that anybody ever gave, by terms and party: all of them are public. */
    readonly #signatures = new Map<string, Consent>();
    /** Terms that have left the table, or whose signature a party took back. */
    readonly #dead = new Set<string>();
    /** The first slot that has not begun. */
    #nextSlot = FIRST_SLOT;
    #salt = 0;
    concluded = 0;

    constructor(market: StubMarket) {
        this.market = market;
        this.moves = new OfferMoves(market);
    }

    async try({ move, kind, target, mover, signer }: Attempt): Promise<void> {
        const offers = [...this.#offers.values()];
        const offer = offers.length === 0 ? undefined : offers[target % offers.length];
        if (move === 'tick') {
            await this.#tick();
        } else if (move === 'make') {
            await this.#make(this.#firstTerms(kind, mover), null, target, signer ?? mover);
        } else if (offer !== undefined) {
            await this.#tryOn(offer, move, { target, mover, signer: signer ?? mover });
        }
        await this.#check();
    }

    /** Whoever likes tries to conclude everything that was ever said. */
    async concludeAll(): Promise<void> {
        for (const terms of this.#terms.values()) {
            await this.#conclude(terms);
        }
        await this.#check();
    }

    async #tryOn(
        offer: Offer,
        move: Exclude<Attempt['move'], 'make' | 'tick'>,
        { target, mover, signer }: Readonly<{ target: number; mover: string; signer: string }>,
    ): Promise<void> {
        const { offerId, terms } = offer;
        switch (move) {
            case 'answer':
                return this.#make(this.#takenBy(terms, mover), offerId, target, signer);
            case 'counter': {
                const next: Terms = { ...terms, proposerId: mover, salt: this.#nextSalt() };
                this.#hasSigned(next, signer, mover);
                const command = this.moves.counterCommand(offerId, offer.rounds.length + 1, next, signer);
                return this.#move(mover, 'offer:counter', command, [terms]);
            }
            case 'accept':
                this.#hasSigned(terms, signer, mover);
                return this.#move(mover, 'offer:accept', this.moves.acceptCommand(offer, mover, signer), []);
            case 'withdraw':
                return this.#move(mover, 'offer:withdraw', this.moves.withdrawCommand(offer, mover, signer), [terms]);
            case 'expire':
                return this.#move(mover, 'offer:expire', offerRefCodec.encode({ offerId }), [terms]);
            case 'takeBack':
                return this.#takeBack(terms, mover);
            case 'sign':
                this.#hasSigned(terms, mover, mover);
                return undefined;
            case 'conclude':
                return this.#conclude(terms);
        }
    }

    async #make(terms: Terms, answersId: string | null, place: number, signer: string): Promise<void> {
        this.#hasSigned(terms, signer, terms.proposerId);
        const command = this.moves.makeCommand({ answersId, terms }, place, signer);
        await this.#move(terms.proposerId, 'offer:make', command, []);
    }

    /** Sends a move; when it succeeds, the terms named here have left the table. */
    async #move(mover: string, verb: ExchangeVerb, command: string, leaving: readonly Terms[]): Promise<void> {
        const answer = await this.market.endorse(mover, 'exchange', verb, command);
        expect(answer.message).not.to.contain('INVARIANT_BROKEN');
        if (answer.status === 200 && answer.writes.length > 0) {
            expect(this.market.ledger.commit(answer)).to.equal('VALID');
            leaving.forEach((terms) => this.#dead.add(termsHashOf(terms)));
        }
    }

    async #takeBack(terms: Terms, mover: string): Promise<void> {
        const command = withdraw(terms, mover, this.market.who(mover));
        await this.market.do(mover, 'exchange', 'consent:withdraw', command);
        if (terms.parties.some(({ participantId }) => participantId === mover) && !this.#isConcluded(terms)) {
            this.#dead.add(termsHashOf(terms));
        }
    }

    /** With every signature there is; success means that all parties had signed and nothing had ended it. */
    async #conclude(terms: Terms): Promise<void> {
        const termsHash = termsHashOf(terms);
        const consents = terms.parties.flatMap(
            ({ participantId }) => this.#signatures.get(`${termsHash} ${participantId}`) ?? [],
        );
        const before = this.#isConcluded(terms);
        const command = concludeCodec.encode({ terms, consents, folds: [] });
        const answer = await this.market.endorse('stranger', 'exchange', 'agreement:conclude', command);
        const ids = new Set(terms.parties.map(({ participantId }) => participantId));
        const signed = consents.length === ids.size && ids.size === terms.parties.length && !isOpen({ terms });
        const stands = signed && !this.#dead.has(termsHash) && this.#nextSlot <= DEADLINE;
        expect(answer.status === 200, `concluded ${termsHash}: ${answer.message}`).to.equal(stands || before);
        if (answer.status === 200 && !before) {
            expect(this.market.ledger.commit(answer)).to.equal('VALID');
            this.concluded += 1;
        }
    }

    /** What stands on the ledger is signed by whom it names, and what is over has not changed. */
    async #check(): Promise<void> {
        for (const [, { value }] of this.market.ledger.range('exchange', 'offer/', 'offer0')) {
            const offer = offerCodec.decode(value.toString('utf8'));
            const known = this.#offers.get(offer.offerId);
            if (known !== undefined && known.state !== 'pending') {
                expect(offerCodec.encode(offer)).to.equal(offerCodec.encode(known));
            }
            this.#offers.set(offer.offerId, offer);
            this.#terms.set(termsHashOf(offer.terms), offer.terms);
            this.#checkConsents(offer);
        }
        return Promise.resolve();
    }

    #checkConsents({ state, terms, consents }: Offer): void {
        const body = consentBody(agreementIdOf(terms), terms);
        const ids = consents.map(({ participantId }) => participantId);
        expect(new Set(ids)).to.have.length(ids.length);
        for (const { participantId, signature } of consents) {
            const { publicKey } = this.market.who(participantId).key;
            verifySignature(
                signedText('commonwatt/agreement/1', SCOPE.exchange, publicKey, body),
                publicKey,
                signature,
            );
        }
        if (state === 'accepted' && !isOpen({ terms })) {
            expect(ids).to.have.members(terms.parties.map(({ participantId }) => participantId));
        }
    }

    /** A signature counts for the party in whose name it was given only when it was made with that party's key. */
    #hasSigned(terms: Terms, signer: string, inNameOf: string): void {
        const termsHash = termsHashOf(terms);
        this.#terms.set(termsHash, terms);
        if (signer === inNameOf && !isOpen({ terms })) {
            const consent = consentOf(terms, signer, this.market.who(signer));
            this.#signatures.set(`${termsHash} ${signer}`, consent);
        }
    }

    async #tick(): Promise<void> {
        await this.market.advance(this.#nextSlot);
        this.#nextSlot += 1;
    }

    #isConcluded(terms: Terms): boolean {
        return this.market.ledger.read('exchange', `execution/${agreementIdOf(terms)}`) !== undefined;
    }

    #firstTerms(kind: Attempt['kind'], mover: string): Terms {
        if (kind === 'open') {
            return openTerms({ salt: this.#nextSalt() });
        }
        const ids = kind === 'two' ? ['solar', 'anna'] : [...PARTIES];
        return negotiableTerms({
            salt: this.#nextSalt(),
            proposerId: ids.includes(mover) ? mover : 'solar',
            parties: ids.map((participantId) => ({ participantId, lane: 0 })),
            legs: ids.slice(1).map((buyerId) => sampleLeg({ buyerId, buyerPoint: `${buyerId}-point` })),
        });
    }

    #takenBy(terms: Terms, participantId: string): Terms {
        const points = terms.legs.some((leg) => leg.buyerId === TAKER) ? [`${participantId}-point`] : [];
        return completedTerms(terms, { participantId, lane: 0, points, salt: this.#nextSalt() });
    }

    #nextSalt(): string {
        this.#salt += 1;
        return this.#salt.toString(16).padStart(64, '0');
    }
}

const by = (move: Attempt['move'], mover: Attempt['mover']): Attempt => ({
    move,
    kind: 'two',
    target: 0,
    mover,
    signer: null,
});
const ticks = (count: number): Attempt[] => Array.from({ length: count }, () => by('tick', 'solar'));
/** The slot before the deadline has begun when everybody concludes what there is, and then the deadline itself. */
const LAST_MOMENT = [by('make', 'solar'), by('accept', 'anna'), ...ticks(4)];
const TOO_LATE = [...LAST_MOMENT, ...ticks(1)];

describe('no sequence of moves', () => {
    it('binds a party that did not sign the very terms, or after they left the table, or changes what is over', async function () {
        this.timeout(60_000);
        let concluded = 0;
        await holds(
            fc.asyncProperty(fc.array(attempt, { minLength: 4, maxLength: 24 }), async (attempts) => {
                const bargain = new Bargain(await StubMarket.ready());
                for (const each of attempts) {
                    await bargain.try(each);
                }
                await bargain.concludeAll();
                concluded += bargain.concluded;
            }),
            { runs: 150, seconds: 8 },
            [[LAST_MOMENT], [TOO_LATE]],
        );
        expect(concluded, 'some sequences end in agreements').to.be.above(0);
    });
});
