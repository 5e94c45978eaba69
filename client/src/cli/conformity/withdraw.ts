import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ standard: string; reason: string }>;

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'withdraw a certificate of conformity, as a reviewer of the regulator',
        example: 'commonwatt conformity withdraw mp-bld-12 --standard inverter-2016 --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<point>', 'metering point')
        .requiredOption('--standard <id>', 'the standard')
        .option('--reason <code>', 'reason code in camelCase', 'foundUnsafe');
    onRun<Options>(verb, async (session, { standard: standardId, reason }, [pointId = '']) => {
        const { conformities } = await session.market();
        const done = await conformities.withdraw({ pointId, standardId }, reason);
        session.printCommitted(done, `${pointId} no longer conforms to ${standardId}`);
    });
}
