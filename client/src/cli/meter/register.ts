import type { Command } from 'commander';
import { collect } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { readMeterDraft, readOwnerConsent } from './files.js';

export function registerRegister(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'register',
        summary: 'register a drafted metering point with the signatures of whom it binds, as the metering seat',
        example: 'commonwatt meter register point.json --consent owner-bld-12.json --org operator --as metering-1',
        mode: 'submit',
    })
        .argument('<draft>', 'file of the point')
        .requiredOption(
            '--consent <file>',
            "file of the owner's signature; another one where somebody else owns its parent or charge point",
            collect,
        );
    onRun<Readonly<{ consent: readonly string[] }>>(verb, async (session, options, [file = '']) => {
        const draft = await readMeterDraft(file);
        const consents = await Promise.all(options.consent.map(readOwnerConsent));
        const done = await (await session.market()).meters.register({ ...draft, consents });
        session.printCommitted(done, `Registered ${draft.point.pointId} of ${draft.point.participantId}`);
    });
}
