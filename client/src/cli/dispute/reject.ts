import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { addRef, disputeOf, type RefOptions } from './ref.js';

export function registerReject(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'reject',
        summary: 'reject the decision on a dispute, as a reviewer of the regulator: the operator decides again',
        example:
            'commonwatt dispute reject bld-05 --slot 2016-07-20T11:00Z --by bld-04 --reason notProven ' +
            '--org regulator --as reviewer',
        mode: 'submit',
    });
    addRef(verb).requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<RefOptions & { reason: string }>(verb, async (session, options, [pointId = '']) => {
        const dispute = await disputeOf(session, options, pointId);
        const done = await (await session.market()).disputes.reject(dispute, options.reason);
        session.printCommitted(done, `Rejected decision ${String(done.value.statement.number)} about ${pointId}`);
    });
}
