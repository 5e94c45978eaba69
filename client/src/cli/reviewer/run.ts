import type { Command } from 'commander';
import { readReviewPolicy } from '../../review-policy.js';
import { Reviewer, type ReviewReport } from '../../reviewer.js';
import { interruption } from '../interruption.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ policy: string; once: boolean }>;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary: 'give the verdict on agreements that a policy decides, and name those that wait for a person',
        example:
            'commonwatt reviewer run --policy test-network-config/review-policy.json --org regulator --as reviewer',
        mode: 'submit',
    })
        .requiredOption('--policy <file>', 'what the machine may decide, as JSON')
        .option('--once', 'review what waits now and end', false);
    onRun<Options>(verb, async (session, options) => {
        const { signal } = interruption();
        const reviewer = new Reviewer(await session.market(), await readReviewPolicy(options.policy));
        const reports = options.once ? await reviewer.turn() : reviewer.run(signal);
        for await (const report of reports) {
            session.printEach(report, lineOf(report));
        }
    });
}

function lineOf({ agreementId, review, blockNumber, refusal }: ReviewReport): string {
    const findings = review.findings.map(({ reasonCode, detail }) => `${reasonCode} (${detail})`).join(', ');
    const why = findings === '' ? review.reasonCode : findings;
    if (refusal !== null) {
        return `${agreementId}: ${review.outcome}: ${refusal.message}`;
    }
    return review.outcome === 'queue'
        ? `${agreementId}: waits for a person: ${why}`
        : `${agreementId}: ${review.outcome}, block ${String(blockNumber ?? '-')}: ${why}`;
}
