import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerWindUp(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'wind-up',
        summary:
            'close the books of a participant that leaves, when all it agreed is settled for good: its money can go',
        example: 'commonwatt participant wind-up bld-12 --org community --as bld-12',
        mode: 'submit',
    }).argument('<participant>');
    onRun(verb, async (session, _options, [participantId = '']) => {
        const { participants } = await session.market();
        const done = await participants.windUp(participantId);
        session.printCommitted(done, `Nothing is open of ${participantId}: its money can be paid out`);
    });
}
