import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

export function registerEnact(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'enact',
        summary:
            'put an approved version into force from the next slot on; escrow is topped up or given back; anyone may',
        example: 'commonwatt amendment enact 3f0c…e1 2 --standing small-trades --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .argument('<version>', 'version that was proposed', count)
        .option('--standing <id>', 'standing verdict that covers it, unless it has a verdict of its own');
    onRun<{ standing?: string }>(verb, async (session, { standing }, [agreementId = '', version = '']) => {
        const { amendments } = await session.market();
        const done = await amendments.enact(agreementId, count(version), standing ?? null);
        session.printCommitted(done, `Version ${version} of agreement ${agreementId} is in force`);
    });
}
