import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; slot: string; run: number }>;

export function registerReconcile(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'reconcile',
        summary: 'settle a slot again with what is known by now, once the run is due; anyone may',
        example:
            'commonwatt settlement reconcile --carrier electricity --slot 2016-07-20T09:00Z --run 1 ' +
            '--org community --as bld-12',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--slot <slot>', 'slot: index or UTC time of its beginning')
        .requiredOption('--run <number>', 'number of the run: 1 to 3, more after a dispute', count);
    onRun<Options>(verb, async (session, options) => {
        const slot = await session.slot(options.slot);
        const { carrier: settled, run } = options;
        const done = await (await session.market()).settlements.reconcile(settled, slot, run);
        const name = (await session.slotNames()).one(slot);
        session.printCommitted(done, `Made run ${String(run)} of slot ${name} of ${settled}`);
    });
}
