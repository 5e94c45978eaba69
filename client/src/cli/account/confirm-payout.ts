import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ id: string; payment: string }>;

export function registerConfirmPayout(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'confirm-payout',
        summary: 'record that the settlement agent paid a payout outside, once per external payment',
        example:
            'commonwatt account confirm-payout bld-12 --id leaving --payment bank-2016-0729-4 --org operator --as settlement-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--id <id>', 'id of the payout')
        .requiredOption('--payment <id>', 'id of the external payment');
    onRun<Options>(verb, async (session, { id, payment }, [participantId = '']) => {
        const market = await session.market();
        const done = await market.accounts.confirmPayout({ participantId, payoutId: id, paymentId: payment });
        session.printCommitted(done, `Paid ${formatAmount(done.value.amountNano)} to ${participantId}`);
    });
}
