import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerEnact(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'enact',
        summary: 'make a proposal that enough organizations voted for the next rules; anyone may',
        example: 'commonwatt proposal enact 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    }).argument('<proposal>', 'id of the proposal');
    onRun(verb, async (session, _, [proposalId = '']) => {
        const done = await (await session.market()).proposals.enact(proposalId);
        const { rules, fromSlot } = done.value.statement;
        const slot = (await session.slotNames()).one(fromSlot);
        session.printCommitted(done, `Rules version ${String(rules.version)} is in force from slot ${slot}`);
    });
}
