import type { Command } from 'commander';
import { readReviewPolicy } from '../../review-policy.js';
import { Reviewer, type ReviewReport } from '../../reviewer.js';
import { inBrief } from '../in-brief.js';
import { interruption } from '../interruption.js';
import type { SlotNames } from '../slot-names.js';
import { addVerb, onRun } from '../verb.js';
import { reasonsOf, wordsOf } from './describe.js';

type Options = Readonly<{ policy: string; once: boolean }>;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary: 'give the verdict on what a policy decides, and name what waits for a person',
        example:
            'commonwatt reviewer run --policy test-network-config/review-policy.json --org regulator --as reviewer',
        mode: 'submit',
    })
        .requiredOption('--policy <file>', 'what the machine may decide, as JSON')
        .option('--once', 'review what waits now and end', false);
    onRun<Options>(verb, async (session, options) => {
        const { signal } = interruption();
        const reviewer = new Reviewer(await session.market(), await readReviewPolicy(options.policy));
        const slots = await session.slotNames();
        const reports = options.once ? await reviewer.turn() : reviewer.run(signal);
        for await (const report of reports) {
            session.printEach(report, lineOf(report, slots));
        }
    });
}

function lineOf({ subject, review, blockNumber, refusal }: ReviewReport, slots: SlotNames): string {
    if (refusal !== null) {
        return `${wordsOf(subject, slots)}: ${review.outcome}: ${inBrief(refusal)}`;
    }
    return review.outcome === 'queue'
        ? `${wordsOf(subject, slots)}: waits for a person: ${reasonsOf(review)}`
        : `${wordsOf(subject, slots)}: ${review.outcome}, block ${String(blockNumber ?? '-')}: ${reasonsOf(review)}`;
}
