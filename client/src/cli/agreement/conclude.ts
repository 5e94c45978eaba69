import type { Consent } from '@commonwatt/chaincode/domain/agreement';
import type { Command } from 'commander';
import { collect } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { readConsent, readDraft } from './files.js';

export function registerConclude(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'conclude',
        summary: "put an agreement on the ledger with every party's signature; anyone may",
        example:
            'commonwatt agreement conclude draft.json --consent consent-bld-12.json --consent consent-sel-1.json ' +
            '--org supplier --as sel-1',
        mode: 'submit',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--consent <file>', "file of a party's signature; once for each party", collect);
    onRun<{ consent: readonly string[] }>(verb, async (session, options, [file = '']) => {
        const terms = await readDraft(file);
        const consents: Consent[] = [];
        for (const consentFile of options.consent) {
            consents.push(await readConsent(consentFile, terms));
        }
        const done = await (await session.market()).agreements.conclude(terms, consents);
        session.printCommitted(done, `Concluded agreement ${done.value.agreementId}`);
    });
}
