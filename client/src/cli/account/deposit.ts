import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ amount: AmountNano; payment: string }>;

export function registerDeposit(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'deposit',
        summary: 'record money that the settlement agent holds for a participant, once per external payment',
        example:
            'commonwatt account deposit bld-12 --amount 50 --payment bank-2016-0720-17 --org operator --as settlement-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--amount <decimal>', 'money, at most 9 decimal digits', amount)
        .requiredOption('--payment <id>', 'id of the external payment');
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const market = await session.market();
        const deposit = { participantId, paymentId: options.payment, amountNano: options.amount };
        const done = await market.accounts.deposit(deposit);
        session.printCommitted(done, `Deposited ${formatAmount(done.value.amountNano)} for ${participantId}`);
    });
}
