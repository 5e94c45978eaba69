import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { readDraft } from './files.js';
import { addPartyOptions, type PartyOptions, partyOf } from './party.js';

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'take the own signature back, unless the agreement is concluded already',
        example: 'commonwatt agreement withdraw draft.json --org community --as bld-12',
        mode: 'submit',
    }).argument('<draft>', 'file of the draft that was signed');
    addPartyOptions(verb);
    onRun<PartyOptions>(verb, async (session, options, [file = '']) => {
        const terms = await readDraft(file);
        const { participantId, mandateId } = await partyOf(session, options, terms);
        const done = await (await session.market()).agreements.withdraw(terms, participantId, mandateId);
        session.printCommitted(done, `The signature for ${participantId} is withdrawn`);
    });
}
