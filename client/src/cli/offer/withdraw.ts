import type { Command } from 'commander';
import { addPartyOptions, type PartyOptions, partyOf } from '../agreement/party.js';
import { addVerb, onRun } from '../verb.js';

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'end a negotiation that you opened, or whose terms on the table are yours; no consent binds any more',
        example: 'commonwatt offer withdraw 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    }).argument('<offer>', 'id of the offer');
    addPartyOptions(verb);
    onRun<PartyOptions>(verb, async (session, options, [offerId = '']) => {
        const { offers } = await session.market();
        const offer = await offers.show(offerId);
        const { participantId, mandateId } = await partyOf(session, options, {
            kind: 'offer',
            terms: offer.terms,
            changes: null,
        });
        const done = await offers.withdraw(offer, participantId, { mandateId });
        session.printCommitted(done, `Withdrew offer ${offerId}`);
    });
}
