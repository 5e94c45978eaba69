import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerLeave(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'leave',
        summary: 'leave the market, for good: nothing new is agreed; what is open is delivered, settled, then paid out',
        example: 'commonwatt participant leave --org community --as bld-12',
        mode: 'submit',
    }).option('--participant <id>', 'the participant (default: the name of --as)');
    onRun<{ participant?: string }>(verb, async (session, { participant }) => {
        const { participants } = await session.market();
        const done = await participants.leave(participant ?? session.identityName);
        session.printCommitted(done, `${done.value.participantId} is leaving the market`);
    });
}
