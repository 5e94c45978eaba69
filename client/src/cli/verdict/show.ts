import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show what the regulator says of an agreement',
        example: 'commonwatt verdict show 3f0c…e1 --org regulator',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .option('--version <number>', 'version of its terms', count, 1);
    onRun<{ version: number }>(verb, async (session, { version }, [agreementId = '']) => {
        const verdict = await (await session.market()).verdicts.show(agreementId, version);
        const { decision, reasonCode, termsHash } = verdict.statement;
        session.print(verdict, [`Agreement ${agreementId}: ${decision} (${reasonCode})`, `  terms ${termsHash}`]);
    });
}
