import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerFund(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'fund',
        summary: 'put an approved agreement into force with the escrow set aside when it was concluded; anyone may',
        example: 'commonwatt agreement fund 3f0c…e1 --standing small-trades --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .option('--standing <id>', 'standing verdict that covers it, unless it has a verdict of its own');
    onRun<{ standing?: string }>(verb, async (session, { standing }, [agreementId = '']) => {
        const done = await (await session.market()).agreements.fund(agreementId, standing ?? null);
        // An agreement that was funded before may be further on; funding it again changes nothing.
        const { state } = done.value;
        const what = state === 'inForce' ? 'is in force' : `was funded before and is ${state}; nothing changed`;
        session.printCommitted(done, `Agreement ${agreementId} ${what}`);
    });
}
