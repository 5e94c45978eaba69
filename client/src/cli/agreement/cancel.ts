import type { Command } from 'commander';
import { collect } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { readCancellations } from './cancellation-file.js';

export function registerCancel(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'cancel',
        summary: "end an agreement by every party's signature: the escrow of later slots goes back; anyone may",
        example:
            'commonwatt agreement cancel 3f0c…e1 --consent cancellation-bld-12.json --consent cancellation-sel-1.json ' +
            '--org supplier --as sel-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--consent <file>', "file of a party's signature; once for each party", collect);
    onRun<{ consent: readonly string[] }>(verb, async (session, options, [agreementId = '']) => {
        const { cancellation, consents } = await readCancellations(agreementId, options.consent);
        const done = await (await session.market()).agreements.cancel(cancellation, consents);
        const { state, endSlot } = done.value;
        const what = state === 'lapsed' ? 'has lapsed' : `ends before slot ${(await session.slotNames()).one(endSlot)}`;
        session.printCommitted(done, `Agreement ${agreementId} ${what}`);
    });
}
