import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerRevoke(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'revoke',
        summary: 'take a mandate back for good; what was signed under it and is not concluded binds nobody any more',
        example: 'commonwatt mandate revoke 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<mandate>', 'id of the mandate')
        .option('--participant <id>', 'the principal (default: the name of --as)');
    onRun<{ participant?: string }>(verb, async (session, { participant }, [mandateId = '']) => {
        const { mandates } = await session.market();
        const done = await mandates.revoke(participant ?? session.identityName, mandateId);
        session.printCommitted(done, `Revoked mandate ${mandateId}`);
    });
}
