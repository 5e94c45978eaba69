import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerRelease(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'release',
        summary: 'carry out a termination: the escrow of the slots that have not begun goes back; anyone may',
        example: 'commonwatt agreement release 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .option('--from-slot <slot>', 'first slot not delivered (default: the first that has not begun)');
    onRun<{ fromSlot?: string }>(verb, async (session, options, [agreementId = '']) => {
        const market = await session.market();
        const { agreement, execution } = await market.agreements.show(agreementId);
        const fromSlot =
            options.fromSlot === undefined
                ? await market.clock.firstNotBegun(agreement.terms.firstSlot, execution.endSlot)
                : await session.slot(options.fromSlot);
        const done = await market.agreements.release(agreementId, fromSlot);
        const slot = (await session.slotNames()).one(done.value.endSlot);
        session.printCommitted(done, `Agreement ${agreementId} ends before slot ${slot}`);
    });
}
