import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { describeRequirement } from './describe.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list what the networks ask',
        example: 'commonwatt requirement list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const requirements = await (await session.market()).requirements.list();
        session.print(requirements, requirements.map(describeRequirement));
    });
}
