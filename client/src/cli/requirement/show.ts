import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeRequirement } from './describe.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: "show what a carrier's network asks",
        example: 'commonwatt requirement show --carrier heat --org community',
        mode: 'read',
    }).requiredOption('--carrier <carrier>', 'carrier', carrier);
    onRun<{ carrier: Carrier }>(verb, async (session, options) => {
        const found = await (await session.market()).requirements.show(options.carrier);
        session.print(found, [describeRequirement(found)]);
    });
}
