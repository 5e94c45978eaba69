import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'end a negotiation that you opened, or whose terms on the table are yours; no consent binds any more',
        example: 'commonwatt offer withdraw 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<offer>', 'id of the offer')
        .option('--participant <id>', 'the party (default: the name of --as)');
    onRun<{ participant?: string }>(verb, async (session, { participant }, [offerId = '']) => {
        const { offers } = await session.market();
        const done = await offers.withdraw(await offers.show(offerId), participant ?? session.identityName);
        session.printCommitted(done, `Withdrew offer ${offerId}`);
    });
}
