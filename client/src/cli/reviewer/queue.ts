import type { Command } from 'commander';
import { readReviewPolicy } from '../../review-policy.js';
import { Reviewer } from '../../reviewer.js';
import { addVerb, onRun } from '../verb.js';
import { reasonsOf, wordsOf } from './describe.js';

export function registerQueue(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'queue',
        summary: 'list what waits for a person, with the reasons; `verdict` and `dispute` decide it',
        example: 'commonwatt reviewer queue --policy test-network-config/review-policy.json --org regulator',
        mode: 'read',
    }).requiredOption('--policy <file>', 'what the machine may decide, as JSON');
    onRun<{ policy: string }>(verb, async (session, { policy }) => {
        const reviewer = new Reviewer(await session.market(), await readReviewPolicy(policy));
        const slots = await session.slotNames();
        const queued = await reviewer.queue();
        session.print(
            queued,
            queued.length === 0
                ? ['Nothing waits for a person.']
                : queued.flatMap(({ subject, review, standingId }) => [
                      wordsOf(subject, slots),
                      `  ${reasonsOf(review)}`,
                      ...(standingId === null ? [] : [`  standing verdict ${standingId} covers it meanwhile`]),
                  ]),
        );
    });
}
