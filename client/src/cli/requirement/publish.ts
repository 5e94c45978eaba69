import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { carrier, count, energy } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeRequirement } from './describe.js';

type Options = Readonly<{
    carrier: Carrier;
    curtailableAbove?: EnergyWh;
    leadTimeSlots: number;
    toleranceBpMax: number;
    reason: string;
}>;

export function registerPublish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'publish',
        summary: "state what the carrier's network asks of agreements, as its dispatcher; replaces the last version",
        example:
            'commonwatt requirement publish --carrier heat --lead-time-slots 4 --curtailable-above 20000 ' +
            '--tolerance-bp-max 500 --org operator --as dispatcher-1',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .option(
            '--curtailable-above <wh>',
            'legs with more energy in a slot accept curtailment (default: none)',
            energy,
        )
        .option('--lead-time-slots <number>', 'whole slots between conclusion and delivery', count, 0)
        .option('--tolerance-bp-max <number>', 'largest tolerance, in hundredths of a percent', count, 10_000)
        .option('--reason <code>', 'reason code in camelCase', 'networkOperation');
    onRun<Options>(verb, async (session, options) => {
        const { requirements } = await session.market();
        const done = await requirements.publish({
            carrier: options.carrier,
            curtailableAboveWh: options.curtailableAbove ?? null,
            leadTimeSlots: options.leadTimeSlots,
            toleranceBpMax: options.toleranceBpMax,
            reasonCode: options.reason,
        });
        session.printCommitted(done, `Published ${describeRequirement(done.value)}`);
    });
}
