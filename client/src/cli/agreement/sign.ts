import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { consentOf } from './consent.js';
import { describeTerms } from './describe.js';
import { namesOf, readDraft, writeConsent } from './files.js';
import { addPartyOptions, type PartyOptions, partyOf } from './party.js';

type Options = PartyOptions & Readonly<{ as?: string; out: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary:
            'sign a draft for one party; the signature goes to a file. Needs no network, unless it looks for a mandate',
        example: 'commonwatt agreement sign draft.json --org community --as bld-12 --out consent-bld-12.json',
        mode: 'local',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .requiredOption('--out <file>', 'where to write the signature');
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const terms = await readDraft(file);
        const party = await partyOf(session, options, { kind: 'agreement', terms, changes: null });
        const consent = await consentOf(session, agreementIdOf(terms), terms, party);
        await writeConsent(options.out, terms, consent);
        session.print({ ...namesOf(terms), ...consent, file: options.out }, [
            `${consent.participantId} consents to agreement ${agreementIdOf(terms)}:`,
            ...describeTerms(terms),
        ]);
    });
}
