import { isOpen, type Offer } from '@commonwatt/chaincode/domain/offer';
import type { Command } from 'commander';
import { ConflictError } from '../../errors.js';
import type { OfferClient } from '../../offer-client.js';
import type { Committed } from '../../submitter.js';
import { addPartyOptions, type PartyOptions, partyOf, type SigningParty } from '../agreement/party.js';
import { collect, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeOffer } from './describe.js';

type Options = PartyOptions & Readonly<{ round: number; point?: readonly string[]; lane: number }>;

export function registerAccept(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'accept',
        summary:
            'sign the terms on the table; an open offer is answered with an offer of your own, which its maker accepts',
        example: 'commonwatt offer accept 3f0c…e1 --round 2 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<offer>', 'id of the offer')
        .requiredOption('--round <number>', 'round whose terms you have read (see `offer show`)', count)
        .option('--point <id>', 'of an open offer: your metering point, once for each of your legs', collect)
        .option('--lane <number>', 'of an open offer: lane of your account that pays', count, 0);
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [offerId = '']) => {
        const { offers } = await session.market();
        const offer = await offers.show(offerId);
        if (offer.rounds.length !== options.round) {
            const operands = { offerId, round: options.round, onTable: offer.rounds.length };
            throw new ConflictError({ code: 'OFFER_ROUND', operands });
        }
        const done = await acceptAs(
            offers,
            offer,
            await partyOf(session, options, { kind: 'offer', terms: offer.terms, changes: null }),
            options,
        );
        const { value } = done;
        const what = isOpen(offer)
            ? `Answered with offer ${value.offerId}`
            : `Accepted round ${String(options.round)} of offer ${offerId}, now ${value.state}`;
        session.printCommitted(done, what, describeOffer(value, await session.slotNames()).slice(1));
    });
}

async function acceptAs(
    offers: OfferClient,
    offer: Offer,
    { participantId, mandateId }: SigningParty,
    { lane, point = [] }: Options,
): Promise<Committed<Offer>> {
    return isOpen(offer)
        ? await offers.answer(offer, { participantId, lane, points: point }, { mandateId })
        : await offers.accept(offer, participantId, { mandateId });
}
