import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ id: string; payment: string; reason: string }>;

export function registerReturnPayout(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'return-payout',
        summary: 'give a payout that the bank refused back to the participant, as the settlement agent',
        example:
            'commonwatt account return-payout bld-12 --id leaving --payment bank-2016-0729-5 --reason accountClosed --org operator --as settlement-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--id <id>', 'id of the payout')
        .requiredOption('--payment <id>', 'id of the external payment that was refused')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<Options>(verb, async (session, { id, payment, reason }, [participantId = '']) => {
        const market = await session.market();
        const refused = { participantId, payoutId: id, paymentId: payment, reasonCode: reason };
        const done = await market.accounts.returnPayout(refused);
        session.printCommitted(done, `${formatAmount(done.value.amountNano)} came back to ${participantId}`);
    });
}
