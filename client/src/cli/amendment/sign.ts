import type { Command } from 'commander';
import { consentOf } from '../agreement/consent.js';
import { describeTerms } from '../agreement/describe.js';
import { addVerb, onRun } from '../verb.js';
import { namesOf, readAmendment, writeAmendmentConsent } from './files.js';

type Options = Readonly<{ as?: string; out: string; participant?: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary: 'sign a drafted version for one party, without a network; the signature goes to a file',
        example: 'commonwatt amendment sign amendment.json --org community --as bld-12 --out consent-bld-12.json',
        mode: 'local',
    })
        .argument('<draft>', 'file of the draft')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .requiredOption('--out <file>', 'where to write the signature')
        .option('--participant <id>', 'the party (default: the name of --as)');
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const draft = await readAmendment(file);
        const { agreementId, terms } = draft;
        const consent = await consentOf(session, agreementId, terms, options.participant);
        await writeAmendmentConsent(options.out, draft, consent);
        session.print({ ...namesOf(draft), ...consent, file: options.out }, [
            `${consent.participantId} consents to version ${String(terms.version)} of agreement ${agreementId}:`,
            ...describeTerms(terms),
        ]);
    });
}
