import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { haltingSide } from './side.js';

type Options = Readonly<{ carrier: Carrier; from: string; until: string; reason: string }>;

export function registerSet(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'set',
        summary: "suspend trade on a carrier, as the regulator's reviewer or the network operator's dispatcher",
        example:
            'commonwatt halt set --carrier electricity --from 2016-07-20T10:00Z --until 2016-07-20T12:00Z ' +
            '--reason transformerFault --org operator --as dispatcher-1',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--from <slot>', 'first slot in which nothing new delivers, within 30 days: index or UTC time')
        .requiredOption('--until <slot>', 'slot in which trade resumes: index or UTC time, within a day')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<Options>(verb, async (session, options) => {
        const fromSlot = await session.slot(options.from);
        const untilSlot = await session.slot(options.until);
        const side = await haltingSide(session);
        const statement = { carrier: options.carrier, fromSlot, untilSlot, reasonCode: options.reason };
        const done = await (await session.market()).halts.set(side, statement);
        const slot = (await session.slotNames()).one(untilSlot);
        session.printCommitted(done, `Trade on ${options.carrier} is halted until slot ${slot}`);
    });
}
