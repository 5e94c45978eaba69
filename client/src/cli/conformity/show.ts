import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { describeConformity } from './describe.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the certificate of a device for a standard',
        example: 'commonwatt conformity show mp-bld-12 --standard inverter-2016 --org community',
        mode: 'read',
    })
        .argument('<point>', 'metering point')
        .requiredOption('--standard <id>', 'the standard');
    onRun<{ standard: string }>(verb, async (session, { standard: standardId }, [pointId = '']) => {
        const found = await (await session.market()).conformities.show({ pointId, standardId });
        session.print(found, [describeConformity(found, await session.slotNames())]);
    });
}
