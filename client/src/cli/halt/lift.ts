import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { haltingSide } from './side.js';

type Options = Readonly<{ carrier: Carrier; nextSlot?: string }>;

export function registerLift(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'lift',
        summary: 'end the own halt of a carrier early',
        example: 'commonwatt halt lift --carrier electricity --org operator --as dispatcher-1',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .option('--next-slot <slot>', 'slot in which trade resumes (default: the first that has not begun)');
    onRun<Options>(verb, async (session, options) => {
        const market = await session.market();
        const side = await haltingSide(session);
        const { untilSlot } = (await market.halts.show(side, options.carrier)).statement;
        const { firstSlot } = await market.charter.show();
        const nextSlot =
            options.nextSlot === undefined
                ? await market.clock.firstNotBegun(firstSlot, untilSlot)
                : await session.slot(options.nextSlot);
        const done = await market.halts.lift(side, options.carrier, nextSlot);
        const slot = (await session.slotNames()).one(nextSlot);
        session.printCommitted(done, `The halt of ${options.carrier} ends with slot ${slot}`);
    });
}
