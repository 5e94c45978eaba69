import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerTerminate(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'terminate',
        summary: 'stop an agreement from its next slot on; final, as a reviewer of the regulator',
        example: 'commonwatt verdict terminate 3f0c…e1 --reason illegalSubject --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<{ reason: string }>(verb, async (session, { reason }, [agreementId = '']) => {
        const market = await session.market();
        const { agreement } = await market.agreements.show(agreementId);
        const done = await market.verdicts.terminate(agreement, reason);
        session.printCommitted(done, `Terminated agreement ${agreementId}`);
    });
}
