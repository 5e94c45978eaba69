import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerApprove(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'approve',
        summary: 'approve an agreement after review, as a reviewer of the regulator',
        example: 'commonwatt verdict approve 3f0c…e1 --reason withinBounds --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<{ reason: string }>(verb, async (session, { reason }, [agreementId = '']) => {
        const market = await session.market();
        const { agreement } = await market.agreements.show(agreementId);
        const done = await market.verdicts.approve(agreement, reason);
        session.printCommitted(done, `Approved agreement ${agreementId}`);
    });
}
