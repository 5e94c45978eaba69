import type { Command } from 'commander';
import { describeTerms } from '../agreement/describe.js';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show a version that was proposed, in force or not',
        example: 'commonwatt amendment show 3f0c…e1 2 --org community',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .argument('<version>', 'version that was proposed', count);
    onRun(verb, async (session, _, [agreementId = '', version = '']) => {
        const market = await session.market();
        const amendment = await market.amendments.show(agreementId, count(version));
        const { execution } = await market.agreements.show(agreementId);
        const place = execution.termsHash === amendment.termsHash ? 'in force' : 'not in force';
        session.print({ ...amendment, inForceVersion: execution.version }, [
            `Version ${version} of agreement ${agreementId}: ${place}`,
            ...describeTerms(amendment.terms, await session.slotNames()),
        ]);
    });
}
