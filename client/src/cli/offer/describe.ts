import { isOpen, type Offer, ROUNDS_MAX, turnOf } from '@commonwatt/chaincode/domain/offer';
import { describeTerms } from '../agreement/describe.js';
import type { SlotNames } from '../slot-names.js';

/** An offer in words: what is on the table, who has consented to it, and whose turn it is. */
export function describeOffer(offer: Offer, slots: SlotNames): string[] {
    const { offerId, state, rounds, makerId, terms, consents, answersId, answerId } = offer;
    const signed = consents.map((consent) => consent.participantId);
    const turn = turnOf(offer);
    return [
        `Offer ${offerId}: ${state}, round ${String(rounds.length)} of at most ${String(ROUNDS_MAX)}`,
        `  made by ${makerId}, on the table are the terms of ${terms.proposerId}:`,
        ...describeTerms(terms, slots),
        ...(isOpen(offer) && state === 'pending' ? ['  open: whoever is qualified may take the place of `taker`'] : []),
        ...(answersId === null ? [] : [`  answers ${answersId}`]),
        ...(answerId === null ? [] : [`  its maker has consented to the answer ${answerId}`]),
        ...(signed.length === 0 ? [] : [`  consented: ${signed.join(', ')}`]),
        ...(turn.length === 0 ? [] : [`  to accept or counter: ${turn.join(', ')}`]),
    ];
}
