import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerRevoke(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'revoke',
        summary: "revoke a participant's qualification for good",
        example: 'commonwatt qualification revoke bld-12 --reason repeatedDefault --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<{ reason: string }>(verb, async (session, { reason }, [participantId = '']) => {
        const market = await session.market();
        const done = await market.qualifications.revoke({ participantId, reasonCode: reason });
        session.printCommitted(done, `Revoked the qualification of ${participantId}`);
    });
}
