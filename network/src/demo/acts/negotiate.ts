import type { Offer } from '@commonwatt/chaincode/domain/offer';
import { draftTerms, proposeTerms } from '@commonwatt/client';
import { inParallel } from '../in-parallel.js';
import type { Contract } from '../plan/plan.js';
import { pricedAt } from '../plan/terms.js';
import type { Concluded, Stage } from '../stage.js';
import { payersOf } from './conclude.js';

/** Negotiations on the ledger: offers, counter-offers, and what becomes of them. */
export async function negotiate(stage: Stage): Promise<Concluded[]> {
    const { journal, plan } = stage;
    journal.heading('Negotiate: offers and counter-offers on the ledger');
    const contracts = plan.contracts.filter(({ bids }) => bids.length > 0);
    const concluded = await inParallel(contracts, (contract) => bargain(stage, contract), payersOf);
    return concluded.filter((each) => each !== null);
}

async function bargain(stage: Stage, contract: Contract): Promise<Concluded | null> {
    const { cast, journal } = stage;
    const { draft, bids, ends } = contract;
    const [opening, ...counters] = bids;
    if (opening === undefined) {
        return null;
    }
    const maker = cast.as(opening.by).offers;
    const terms = draftTerms({ ...draft, proposerId: opening.by, legs: pricedAt(draft, opening.prices) });
    let offer = (await maker.make(terms)).value;
    for (const { by, prices } of counters) {
        const counter = proposeTerms(offer.terms, by, { legs: pricedAt(draft, prices) });
        offer = (await cast.as(by).offers.counter(offer, counter)).value;
    }
    const rounds = `${bids.length} ${bids.length === 1 ? 'round' : 'rounds'}`;
    if (ends === 'withdrawn') {
        const withdrawn = await maker.withdraw(offer, opening.by);
        journal.happened(`${contract.name}: withdrawn after ${rounds}`, withdrawn.blockNumber);
    }
    if (ends !== 'agreed') {
        return null;
    }
    const accepted = await accept(stage, offer);
    const { value, blockNumber } = await maker.conclude(accepted);
    journal.happened(`${contract.name}: agreed after ${rounds}`, blockNumber);
    return { contract, agreementId: value.agreementId };
}

/** Whoever has not consented to the terms on the table does so now. */
async function accept({ cast }: Stage, offer: Offer): Promise<Offer> {
    let accepted = offer;
    for (const { participantId } of offer.terms.parties) {
        if (participantId !== offer.terms.proposerId) {
            accepted = (await cast.as(participantId).offers.accept(accepted, participantId)).value;
        }
    }
    return accepted;
}

/** Agreements that could not enter into force in time are closed, and give back what they reserved; anyone may. */
export async function lapseUnfunded({ cast, journal }: Stage): Promise<void> {
    const { agreements } = cast.as('settlement');
    const unfunded = (await agreements.list()).filter((execution) => execution.state === 'concluded');
    const lapsed = await inParallel(
        unfunded,
        async ({ agreementId }) => (await agreements.lapse(agreementId)).blockNumber,
    );
    journal.happenedToMany(`${unfunded.length} agreement that could not enter into force lapses`, lapsed);
}

/** Offers that nobody answered in time are closed; anyone may. */
export async function expireOffers({ cast, journal }: Stage): Promise<void> {
    const { offers } = cast.as('settlement');
    const pending = (await offers.list()).filter((offer) => offer.state === 'pending');
    const expired = await inParallel(pending, async ({ offerId }) => (await offers.expire(offerId)).blockNumber);
    if (pending.length > 0) {
        journal.happenedToMany(`${pending.length} offers that nobody answered expire`, expired);
    }
}
