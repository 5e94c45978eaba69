import type { Command } from 'commander';
import { addPartyOptions, type PartyOptions, partyOf } from '../agreement/party.js';
import { addVerb, onRun } from '../verb.js';
import { readConsented } from './file.js';

type Options = PartyOptions & Readonly<{ key?: string }>;

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'take the own signature back, unless what was signed binds already',
        example: 'commonwatt consent withdraw draft.json --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<file>', 'draft of an agreement or of its next version, or a signed cancellation')
        .option('--key <id>', "id of the key that signed: of an agent's, to take back what it signed for you");
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const { what, body, asSigned } = await readConsented(file);
        const market = await session.market();
        const { participantId, mandateId } = await partyOf(session, options, () =>
            asSigned(async (agreementId) => (await market.agreements.show(agreementId)).agreement),
        );
        const done = await market.consents.withdraw(body, participantId, { mandateId, keyId: options.key });
        session.printCommitted(done, `The signature for ${participantId} on ${what} is withdrawn`);
    });
}
