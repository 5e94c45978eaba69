import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { consentOf } from './consent.js';
import { describeTerms } from './describe.js';
import { namesOf, readDraft, writeConsent } from './files.js';

type Options = Readonly<{ as?: string; out: string; participant?: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary: 'sign a draft for one party, without a network; the signature goes to a file',
        example: 'commonwatt agreement sign draft.json --org community --as bld-12 --out consent-bld-12.json',
        mode: 'local',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .requiredOption('--out <file>', 'where to write the signature')
        .option('--participant <id>', 'the party (default: the name of --as)');
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const terms = await readDraft(file);
        const consent = await consentOf(session, agreementIdOf(terms), terms, options.participant);
        await writeConsent(options.out, terms, consent);
        session.print({ ...namesOf(terms), ...consent, file: options.out }, [
            `${consent.participantId} consents to agreement ${agreementIdOf(terms)}:`,
            ...describeTerms(terms),
        ]);
    });
}
