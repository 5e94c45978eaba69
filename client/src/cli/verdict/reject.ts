import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { reviewedOf } from './reviewed.js';

export function registerReject(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'reject',
        summary: 'refuse an agreement; final, as a reviewer of the regulator',
        example: 'commonwatt verdict reject 3f0c…e1 --reason relatedParties --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--reason <code>', 'reason code in camelCase')
        .option('--amendment <version>', 'a version that was proposed (default: the one in force)', count);
    onRun<{ reason: string; amendment?: number }>(verb, async (session, options, [agreementId = '']) => {
        const market = await session.market();
        const reviewed = await reviewedOf(market, agreementId, options.amendment);
        const done = await market.verdicts.reject(reviewed, options.reason);
        session.printCommitted(done, `Rejected version ${String(reviewed.terms.version)} of agreement ${agreementId}`);
    });
}
