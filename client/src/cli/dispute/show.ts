import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { describeDispute } from './describe.js';
import { addRef, disputeOf, type RefOptions } from './ref.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show a dispute, its last decision and what the regulator says of it',
        example: 'commonwatt dispute show bld-05 --slot 2016-07-20T11:00Z --by bld-04 --org community',
        mode: 'read',
    });
    addRef(verb);
    onRun<RefOptions>(verb, async (session, options, [pointId = '']) => {
        const dispute = await disputeOf(session, options, pointId);
        const review = await (await session.market()).disputes.review(dispute);
        session.print({ dispute, review }, describeDispute(dispute, review, await session.slotNames()));
    });
}
