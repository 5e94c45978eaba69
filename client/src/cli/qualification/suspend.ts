import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerSuspend(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'suspend',
        summary: "suspend a participant's qualification: no new trade, what is agreed is still settled",
        example: 'commonwatt qualification suspend bld-12 --reason repeatedDefault --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<{ reason: string }>(verb, async (session, { reason }, [participantId = '']) => {
        const market = await session.market();
        const done = await market.qualifications.suspend({ participantId, reasonCode: reason });
        session.printCommitted(done, `Suspended ${participantId}`);
    });
}
