import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerExpire(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'expire',
        summary: 'close an offer whose deadline has passed; anyone may',
        example: 'commonwatt offer expire 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    }).argument('<offer>', 'id of the offer');
    onRun(verb, async (session, _, [offerId = '']) => {
        const done = await (await session.market()).offers.expire(offerId);
        session.printCommitted(done, `Offer ${offerId} has expired`);
    });
}
