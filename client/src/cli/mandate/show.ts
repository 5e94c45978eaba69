import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { describeMandate } from './describe.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show one mandate of a principal',
        example: 'commonwatt mandate show bld-12 3f0c…e1 --org community',
        mode: 'read',
    })
        .argument('<principal>')
        .argument('<mandate>', 'id of the mandate');
    onRun(verb, async (session, _, [principalId = '', mandateId = '']) => {
        const mandate = await (await session.market()).mandates.show(principalId, mandateId);
        session.print(mandate, describeMandate(mandate, await session.slotNames()));
    });
}
