import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { addRef, disputeOf, type RefOptions } from './ref.js';

export function registerConfirm(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'confirm',
        summary: 'confirm the decision on a dispute, as a reviewer of the regulator',
        example:
            'commonwatt dispute confirm bld-05 --slot 2016-07-20T11:00Z --by bld-04 --reason plausible ' +
            '--org regulator --as reviewer',
        mode: 'submit',
    });
    addRef(verb).requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<RefOptions & { reason: string }>(verb, async (session, options, [pointId = '']) => {
        const dispute = await disputeOf(session, options, pointId);
        const done = await (await session.market()).disputes.confirm(dispute, options.reason);
        session.printCommitted(done, `Confirmed decision ${String(done.value.statement.number)} about ${pointId}`);
    });
}
