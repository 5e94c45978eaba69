import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; slot: string }>;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary: 'settle a slot that is over, from the readings on the ledger; anyone may, twice changes nothing',
        example: 'commonwatt settlement run --carrier electricity --slot 2016-07-20T09:00Z --org community --as bld-12',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--slot <slot>', 'slot: index or UTC time of its beginning');
    onRun<Options>(verb, async (session, options) => {
        const slot = await session.slot(options.slot);
        const done = await (await session.market()).settlements.run(options.carrier, slot);
        session.printCommitted(done, `Settled slot ${(await session.slotNames()).one(slot)} of ${options.carrier}`);
    });
}
