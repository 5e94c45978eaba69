import type { Command } from 'commander';
import { consentOf } from '../agreement/consent.js';
import { describeTerms } from '../agreement/describe.js';
import { addPartyOptions, type PartyOptions, partyOf } from '../agreement/party.js';
import { addVerb, onRun } from '../verb.js';
import { namesOf, readAmendment, writeAmendmentConsent } from './files.js';

type Options = PartyOptions & Readonly<{ as?: string; out: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary:
            'sign a drafted version for one party; the signature goes to a file. Needs no network, unless it looks for a mandate',
        example: 'commonwatt amendment sign amendment.json --org community --as bld-12 --out consent-bld-12.json',
        mode: 'local',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .requiredOption('--out <file>', 'where to write the signature');
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const draft = await readAmendment(file);
        const { agreementId, terms } = draft;
        const party = await partyOf(session, options, async () => {
            const { agreement } = await (await session.market()).agreements.show(agreementId);
            return { kind: 'amendment', terms, changes: agreement };
        });
        const consent = await consentOf(session, agreementId, terms, party);
        await writeAmendmentConsent(options.out, draft, consent);
        session.print({ ...namesOf(draft), ...consent, file: options.out }, [
            `${consent.participantId} consents to version ${String(terms.version)} of agreement ${agreementId}:`,
            ...describeTerms(terms),
        ]);
    });
}
