import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ key: string; from: string; participant?: string }>;

export function registerRefuseKey(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'refuse-key',
        summary: 'refuse a key that an administrator permitted: the signing key of --as is not lost',
        example: 'commonwatt participant refuse-key --key 3f0c…e1 --from 2016-07-28T00:00Z --org community --as bld-12',
        mode: 'submit',
    })
        .requiredOption('--key <id>', 'the permitted key, as the event KeyPermitted names it')
        .requiredOption('--from <slot>', 'from when on it is permitted, as that event says')
        .option('--participant <id>', 'the participant (default: the name of --as)');
    onRun<Options>(verb, async (session, { key, from, participant }) => {
        const participantId = participant ?? session.identityName;
        const refusal = { participantId, keyId: key, fromSlot: await session.slot(from) };
        const done = await (await session.market()).participants.refuseKey(refusal);
        session.printCommitted(done, `${participantId} keeps its key; ${key} does not replace it`);
    });
}
