import { randomInt } from 'node:crypto';
import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import {
    completedTerms,
    deadlineOf,
    isOpen,
    isRepeatedAcceptance,
    isRepeatedCounter,
    isRepeatedWithdrawal,
    type Offer,
    PLACES_MAX,
    type Proposal,
    type Taker,
} from '@commonwatt/chaincode/domain/offer';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
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
} from '@commonwatt/chaincode/wire/offer';
import { decodePage, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import type { AgreementClient } from './agreement-client.js';
import { CommonwattError, translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { MandateClient } from './mandate-client.js';
import { newSalt } from './offer-draft.js';
import type { Signing } from './signing.js';
import type { Committed } from './submitter.js';

/** Attempts to find a free place while other processes of the same maker take places, too. */
const PLACE_ATTEMPTS_MAX = 4;

/**
 * Negotiation on the ledger. Every move is signed with the identity's signing key, or another signer, or as an agent under
 * a mandate: where terms are put on the table or accepted, the signature is the consent to the agreement.
 */
export class OfferClient {
    readonly #ledger: Ledger;
    readonly #agreements: AgreementClient;
    readonly #mandates: MandateClient;

    constructor(ledger: Ledger, agreements: AgreementClient, mandates: MandateClient) {
        this.#ledger = ledger;
        this.#agreements = agreements;
        this.#mandates = mandates;
    }

    /**
     * Puts terms on the table. Their proposer is the maker; where they name `taker` as a party the offer is open to
     * whoever takes that place.
     * @param answersId the open offer that the terms answer
     * @throws InvalidError TERMS_INVALID, SIGNATURE_INVALID · ForbiddenError CALLER_NOT_PARTICIPANT,
     * QUALIFICATION_MISSING, METER_OF_OTHER · ConflictError OFFER_PLACE_TAKEN, OFFER_STATE, SLOT_BEGUN
     */
    async make(terms: Terms, answersId: string | null = null, signing: Signing = {}): Promise<Committed<Offer>> {
        const proposal: Proposal = { answersId, terms };
        const offerId = translated(() => offerIdOf(proposal));
        const { mandateId, signature } = isOpen(proposal)
            ? await this.#mark(terms.proposerId, ['make', offerId, 1], signing)
            : await this.#agreements.consent(terms, terms.proposerId, signing);
        const holderId = await this.#holderOf(terms.proposerId, mandateId);
        for (let attempt = 1; ; attempt += 1) {
            const place = await this.#freePlace(holderId);
            try {
                return await this.#ledger.submit(
                    'exchange',
                    'offer:make',
                    () => makeCodec.encode({ proposal, place, mandateId, signature }),
                    offerCodec.decode,
                    () => orNull(this.show(offerId)),
                );
            } catch (error) {
                const taken = error instanceof CommonwattError && error.code === 'OFFER_PLACE_TAKEN';
                if (!taken || attempt >= PLACE_ATTEMPTS_MAX) {
                    throw error;
                }
            }
        }
    }

    /**
     * Answers an open offer as it stands: its terms with the free place filled, as an offer to its maker.
     * @throws as `make`, and InvalidError OFFER_OPEN
     */
    async answer(open: Offer, taker: Omit<Taker, 'salt'>, signing: Signing = {}): Promise<Committed<Offer>> {
        const terms = translated(() => completedTerms(open.terms, { ...taker, salt: newSalt() }));
        return await this.make(terms, open.offerId, signing);
    }

    /**
     * Puts other terms on the table, which no longer binds anybody to those that are there.
     * @param offer as the mover has seen it; when another move came first the ledger refuses
     * @throws ConflictError OFFER_ROUND, OFFER_TURN, OFFER_STATE, SLOT_BEGUN · ForbiddenError OFFER_OF_OTHERS ·
     * LimitError OFFER_ROUNDS_LIMIT, and as `make`
     */
    async counter(offer: Offer, terms: Terms, signing: Signing = {}): Promise<Committed<Offer>> {
        const { offerId } = offer;
        const round = offer.rounds.length + 1;
        const { mandateId, signature } = await this.#agreements.consent(terms, terms.proposerId, signing);
        const repeated = { proposerId: terms.proposerId, termsHash: translated(() => termsHashOf(terms)) };
        return await this.#ledger.submit(
            'exchange',
            'offer:counter',
            () => counterCodec.encode({ offerId, round, terms, mandateId, signature }),
            offerCodec.decode,
            () => this.#shownIf(offerId, (now) => isRepeatedCounter(now, round, repeated)),
        );
    }

    /**
     * Consents to the terms on the table.
     * @param offer as the party has read it: that is what it signs
     * @throws ConflictError OFFER_ROUND, OFFER_TURN, OFFER_STATE, SLOT_BEGUN, SIGNATURE_WITHDRAWN · ForbiddenError
     * OFFER_OF_OTHERS, QUALIFICATION_MISSING · InvalidError OFFER_OPEN
     */
    async accept(offer: Offer, participantId: string, signing: Signing = {}): Promise<Committed<Offer>> {
        const { offerId } = offer;
        const round = offer.rounds.length;
        const { mandateId, signature } = await this.#agreements.consent(offer.terms, participantId, signing);
        return await this.#ledger.submit(
            'exchange',
            'offer:accept',
            () => acceptCodec.encode({ offerId, round, participantId, mandateId, signature }),
            offerCodec.decode,
            () => this.#shownIf(offerId, (now) => isRepeatedAcceptance(now, round, participantId)),
        );
    }

    /**
     * Ends a negotiation that the participant opened, or whose terms on the table are its own.
     * @throws ConflictError OFFER_ROUND, OFFER_STATE, OFFER_TAKEN · ForbiddenError OFFER_OF_OTHERS
     */
    async withdraw(offer: Offer, participantId: string, signing: Signing = {}): Promise<Committed<Offer>> {
        const { offerId } = offer;
        const round = offer.rounds.length;
        const { mandateId, signature } = await this.#mark(participantId, ['withdraw', offerId, round], signing);
        return await this.#ledger.submit(
            'exchange',
            'offer:withdraw',
            () => withdrawOfferCodec.encode({ offerId, round, participantId, mandateId, signature }),
            offerCodec.decode,
            () => this.#shownIf(offerId, (now) => isRepeatedWithdrawal(now, round, participantId)),
        );
    }

    /** Closes an offer whose deadline has passed; anyone may. @throws ConflictError OFFER_STATE, SLOT_NOT_OVER */
    async expire(offerId: string): Promise<Committed<Offer>> {
        return await this.#ledger.submit(
            'exchange',
            'offer:expire',
            () => offerRefCodec.encode({ offerId }),
            offerCodec.decode,
            () => this.#shownIf(offerId, (now) => now.state === 'expired'),
        );
    }

    /** Concludes the agreement of an accepted offer with the consents that stand in it; anyone may. */
    async conclude(offer: Offer): Promise<Committed<Execution>> {
        return await this.#agreements.conclude(offer.terms, offer.consents);
    }

    /** @throws NotFoundError OFFER_MISSING {offerId} */
    async show(offerId: string): Promise<Offer> {
        return await this.#ledger.evaluate(
            'exchange',
            'offer:show',
            () => offerRefCodec.encode({ offerId }),
            offerCodec.decode,
        );
    }

    /** A page of all offers, or of those that stand in the places of who signed them. */
    async page(query: PageQuery, holderId: string | null = null): Promise<Page<Offer>> {
        return await this.#ledger.evaluate(
            'exchange',
            'offer:list',
            () => offerPageQueryCodec.encode({ ...query, holderId }),
            (payload) => decodePage(payload, offerCodec),
        );
    }

    /** All offers, or the pending ones that somebody signed and those it signed last in the places that are free again. */
    async list(holderId: string | null = null): Promise<readonly Offer[]> {
        return await everyItem((query) => this.page(query, holderId));
    }

    async #mark(participantId: string, mark: Parameters<typeof markBody>, signing: Signing): Promise<Consent> {
        return await this.#ledger.signFor(participantId, ['commonwatt/offer/1', markBody(...mark)], signing);
    }

    async #shownIf(offerId: string, done: (offer: Offer) => boolean): Promise<Offer | null> {
        const offer = await orNull(this.show(offerId));
        return offer !== null && done(offer) ? offer : null;
    }

    /** Whose place an offer needs: the maker's, or its agent's. */
    async #holderOf(makerId: string, mandateId: string | null): Promise<string> {
        return mandateId === null ? makerId : (await this.#mandates.show(makerId, mandateId)).statement.agentId;
    }

    /** Any free place, so that two processes seldom choose the same; else the one whose offer is due first. */
    async #freePlace(holderId: string): Promise<number> {
        const pending = (await this.list(holderId)).filter((offer) => offer.state === 'pending');
        const taken = new Set(pending.map((offer) => offer.place));
        const free = Array.from({ length: PLACES_MAX }, (_, place) => place).filter((place) => !taken.has(place));
        const [due] = [...pending].sort((left, right) => deadlineOf(left) - deadlineOf(right));
        return free.length > 0 ? (free[randomInt(free.length)] ?? 0) : (due?.place ?? 0);
    }
}
