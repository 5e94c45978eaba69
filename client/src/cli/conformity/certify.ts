import type { PowerW } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { power } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ standard: string; rated: PowerW; until: string; reason: string }>;

export function registerCertify(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'certify',
        summary: 'certify that the device at a metering point conforms to a standard, as a reviewer of the regulator',
        example:
            'commonwatt conformity certify mp-bld-12 --standard inverter-2016 --rated 8000 --until 2018-07-21T00:00Z ' +
            '--org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<point>', 'metering point')
        .requiredOption('--standard <id>', 'the standard')
        .requiredOption('--rated <watt>', 'power up to which it conforms', power)
        .requiredOption('--until <slot>', 'first slot in which the certificate counts no more: index or UTC time')
        .option('--reason <code>', 'reason code in camelCase', 'typeTested');
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const untilSlot = await session.slot(options.until);
        const { standard: standardId, rated: ratedW, reason: reasonCode } = options;
        const { conformities } = await session.market();
        const done = await conformities.certify({ pointId, standardId, ratedW, untilSlot, reasonCode });
        const slot = (await session.slotNames()).one(untilSlot);
        session.printCommitted(done, `${pointId} conforms to ${standardId} before slot ${slot}`);
    });
}
