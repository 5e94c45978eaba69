import type { Command } from 'commander';
import { proposeTerms } from '../../offer-draft.js';
import { readDraft } from '../agreement/files.js';
import { addPartyOptions, type PartyOptions, partyOf } from '../agreement/party.js';
import { addVerb, onRun } from '../verb.js';
import { deadlineOf, isOpen } from '@commonwatt/chaincode/domain/offer';

type Options = PartyOptions & Readonly<{ answers?: string }>;

export function registerMake(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'make',
        summary:
            'sign the terms of a draft and offer them to its other parties; to whoever wants, where a party is `taker`',
        example: 'commonwatt offer make draft.json --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<draft>', 'file of the draft (see `agreement draft`)')
        .option('--answers <offer>', 'open offer that the terms answer');
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const draft = await readDraft(file);
        const { participantId, mandateId } = await partyOf(session, options, {
            kind: 'offer',
            terms: draft,
            changes: null,
        });
        const terms = draft.proposerId === participantId ? draft : proposeTerms(draft, participantId);
        const done = await (await session.market()).offers.make(terms, options.answers ?? null, { mandateId });
        const to = isOpen({ terms }) ? 'open to whoever takes it' : 'to the other parties of its terms';
        const until = `until slot ${(await session.slotNames()).one(deadlineOf(done.value))} begins`;
        session.printCommitted(done, `Made offer ${done.value.offerId}, ${to}, ${until}`);
    });
}
