import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { describeConformity } from './describe.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the certificates of a device',
        example: 'commonwatt conformity list mp-bld-12 --org community',
        mode: 'read',
    }).argument('<point>', 'metering point');
    onRun(verb, async (session, _, [pointId = '']) => {
        const conformities = await (await session.market()).conformities.list(pointId);
        const slots = await session.slotNames();
        session.print(
            conformities,
            conformities.map((conformity) => describeConformity(conformity, slots)),
        );
    });
}
