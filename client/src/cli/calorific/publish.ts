import { calorificWhPerM3 } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ from: string; slots: number; value: number }>;

export function registerPublish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'publish',
        summary: 'publish the gross calorific value of the gas that flowed in slots that are over, once for each slot',
        example:
            'commonwatt calorific publish --from 2016-07-20T09:00Z --slots 4 --value 11240 --org operator --as metering-1',
        mode: 'submit',
    })
        .requiredOption('--from <slot>', 'first slot: index or UTC time of its beginning')
        .option('--slots <n>', 'how many slots, at most a day of quarter hours', count, 1)
        .requiredOption('--value <wh>', 'gross calorific value, Wh per m3 at norm conditions', count);
    onRun<Options>(verb, async (session, { from, slots: slotCount, value }) => {
        const fromSlot = await session.slot(from);
        const statement = { fromSlot, slotCount, calorificWhPerM3: calorificWhPerM3(BigInt(value)) };
        const done = await (await session.market()).calorifics.publish(statement);
        session.printCommitted(done, `Published ${String(value)} Wh/m3 for ${String(slotCount)} slots`);
    });
}
