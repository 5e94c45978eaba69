import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { isOpen, TAKER, type Offer, type Proposal } from '@commonwatt/chaincode/domain/offer';
import { concludeCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import {
    acceptCodec,
    counterCodec,
    makeCodec,
    markBody,
    offerCodec,
    offerIdOf,
    offerRefCodec,
    withdrawOfferCodec,
} from '@commonwatt/chaincode/wire/offer';
import { consentOf, type Signer, signed } from './market-commands.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from './sample-market.js';
import type { StubMarket } from './stub-market.js';

/** Slots between the beginning of the sample market and of the delivery that is negotiated. */
export const DEADLINE = FIRST_SLOT + 4;

const salts = (function* (): Generator<string, never> {
    for (let count = 1; ; count += 1) {
        yield count.toString(16).padStart(64, '0');
    }
})();

/** `solar` sells to `anna`; every call gives terms of their own. */
export const negotiableTerms = (changes: Partial<Terms> = {}): Terms =>
    sampleTerms({
        firstSlot: FIRST_SLOT + 8,
        concludeBeforeSlot: DEADLINE,
        salt: salts.next().value,
        ...changes,
    });

/** `solar` sells to whoever takes it. */
export const openTerms = (changes: Partial<Terms> = {}): Terms =>
    negotiableTerms({
        parties: [
            { participantId: 'solar', lane: 0 },
            { participantId: TAKER, lane: 0 },
        ],
        legs: [sampleLeg({ buyerId: TAKER, buyerPoint: TAKER })],
        ...changes,
    });

/** What a move refers to: an offer as far as its maker knows it beforehand. */
export type Table = Pick<Offer, 'offerId' | 'answersId' | 'terms' | 'rounds'>;

/** The first round of an offer that these terms make. */
export const firstRound = (terms: Terms): Table => ({
    offerId: offerIdOf({ answersId: null, terms }),
    answersId: null,
    terms,
    rounds: [{ proposerId: terms.proposerId, termsHash: termsHashOf(terms) }],
});

/** Who signs a move: somebody by name, or a key, perhaps under a mandate. */
type By = string | Signer;

/** Signs and sends the moves of a negotiation, each as the participant that it is. */
export class OfferMoves {
    readonly market: StubMarket;
    #place = 0;

    constructor(market: StubMarket) {
        this.market = market;
    }

    makeCommand({ answersId, terms }: Proposal, place: number, signer: By = terms.proposerId): string {
        const proposal = { answersId, terms };
        const { mandateId, signature } = isOpen(proposal)
            ? this.#mark(terms.proposerId, ['make', offerIdOf(proposal), 1], signer)
            : this.#consent(terms, terms.proposerId, signer);
        return makeCodec.encode({ proposal, place, mandateId, signature });
    }

    counterCommand(offerId: string, round: number, terms: Terms, signer: By = terms.proposerId): string {
        const { mandateId, signature } = this.#consent(terms, terms.proposerId, signer);
        return counterCodec.encode({ offerId, round, terms, mandateId, signature });
    }

    acceptCommand({ offerId, terms, rounds }: Table, participantId: string, signer: By = participantId): string {
        const { mandateId, signature } = this.#consent(terms, participantId, signer);
        return acceptCodec.encode({ offerId, round: rounds.length, participantId, mandateId, signature });
    }

    withdrawCommand({ offerId, rounds }: Table, participantId: string, signer: By = participantId): string {
        const { mandateId, signature } = this.#mark(participantId, ['withdraw', offerId, rounds.length], signer);
        return withdrawOfferCodec.encode({ offerId, round: rounds.length, participantId, mandateId, signature });
    }

    async make(terms: Terms, answersId: string | null = null): Promise<Offer> {
        this.#place += 1;
        const command = this.makeCommand({ answersId, terms }, this.#place);
        return this.#done(await this.market.do(terms.proposerId, 'exchange', 'offer:make', command));
    }

    async counter({ offerId, rounds }: Offer, terms: Terms): Promise<Offer> {
        const command = this.counterCommand(offerId, rounds.length + 1, terms);
        return this.#done(await this.market.do(terms.proposerId, 'exchange', 'offer:counter', command));
    }

    async accept(offer: Offer, participantId: string): Promise<Offer> {
        const command = this.acceptCommand(offer, participantId);
        return this.#done(await this.market.do(participantId, 'exchange', 'offer:accept', command));
    }

    async withdraw(offer: Offer, participantId: string): Promise<Offer> {
        const command = this.withdrawCommand(offer, participantId);
        return this.#done(await this.market.do(participantId, 'exchange', 'offer:withdraw', command));
    }

    async expire({ offerId }: Offer): Promise<Offer> {
        const command = offerRefCodec.encode({ offerId });
        return this.#done(await this.market.do('stranger', 'exchange', 'offer:expire', command));
    }

    async show(offerId: string): Promise<Offer> {
        const query = offerRefCodec.encode({ offerId });
        return this.#done(await this.market.endorse('stranger', 'exchange', 'offer:show', query));
    }

    /** What anyone may push once an offer is accepted: its terms with the consents that stand in it. */
    concludeCommand({ terms, consents }: Offer): string {
        return concludeCodec.encode({ terms, consents, folds: [] });
    }

    #consent(terms: Terms, participantId: string, by: By): Consent {
        return consentOf(terms, participantId, this.#signer(by));
    }

    #mark(participantId: string, mark: Parameters<typeof markBody>, by: By): Consent {
        return signed(['commonwatt/offer/1', markBody(...mark)], participantId, this.#signer(by));
    }

    #signer(by: By): Signer {
        return typeof by === 'string' ? { key: this.market.who(by).key } : by;
    }

    #done({ payload }: Readonly<{ payload: string }>): Offer {
        return offerCodec.decode(payload);
    }
}
