import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount, carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; amount: AmountNano; payment: string }>;

export function registerFundSubsidy(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'fund-subsidy',
        summary: 'record money that the settlement agent holds for the subsidies of a carrier',
        example:
            'commonwatt account fund-subsidy --carrier electricity --amount 500 --payment state-2016-07 --org operator --as settlement-1',
        mode: 'submit',
    })
        .requiredOption('--carrier <carrier>', 'carrier whose renewable energy is subsidised', carrier)
        .requiredOption('--amount <decimal>', 'money, at most 9 decimal digits', amount)
        .requiredOption('--payment <id>', 'id of the external payment');
    onRun<Options>(verb, async (session, { carrier, amount, payment }) => {
        const market = await session.market();
        const done = await market.accounts.fundSubsidy({ carrier, amountNano: amount, paymentId: payment });
        session.printCommitted(done, `The subsidy fund of ${carrier} holds ${formatAmount(done.value.balanceNano)}`);
    });
}
