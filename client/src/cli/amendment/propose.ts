import type { Consent } from '@commonwatt/chaincode/domain/agreement';
import type { Command } from 'commander';
import { collect } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { readAmendment, readAmendmentConsent } from './files.js';

export function registerPropose(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'propose',
        summary: "put the next version of an agreement on the ledger with every party's signature; anyone may",
        example:
            'commonwatt amendment propose amendment.json --consent consent-bld-12.json --consent consent-sel-1.json ' +
            '--org supplier --as sel-1',
        mode: 'submit',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--consent <file>', "file of a party's signature; once for each party", collect);
    onRun<{ consent: readonly string[] }>(verb, async (session, options, [file = '']) => {
        const draft = await readAmendment(file);
        const consents: Consent[] = [];
        for (const consentFile of options.consent) {
            consents.push(await readAmendmentConsent(consentFile, draft));
        }
        const { agreementId, terms } = draft;
        const done = await (await session.market()).amendments.propose(agreementId, terms, consents);
        session.printCommitted(done, `Proposed version ${String(terms.version)} of agreement ${agreementId}`);
    });
}
