import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerReject(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'reject',
        summary: 'refuse an agreement; final, as a reviewer of the regulator',
        example: 'commonwatt verdict reject 3f0c…e1 --reason relatedParties --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<{ reason: string }>(verb, async (session, { reason }, [agreementId = '']) => {
        const market = await session.market();
        const { agreement } = await market.agreements.show(agreementId);
        const done = await market.verdicts.reject(agreement, reason);
        session.printCommitted(done, `Rejected agreement ${agreementId}`);
    });
}
