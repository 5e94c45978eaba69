import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount, carrier, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; amount: AmountNano; lane: number }>;

export function registerCover(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'cover',
        summary: 'move own money into the credit cover for imbalance',
        example: 'commonwatt account cover bld-12 --carrier electricity --amount 5 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--carrier <carrier>', 'carrier of the imbalance', carrier)
        .requiredOption('--amount <decimal>', 'money, at most 9 decimal digits', amount)
        .option('--lane <number>', 'lane of the account that pays', count, 0);
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const market = await session.market();
        const { carrier, lane } = options;
        const done = await market.accounts.cover({ participantId, carrier, lane, amountNano: options.amount });
        session.printCommitted(done, `The cover of ${participantId} is ${formatAmount(done.value.balanceNano)}`);
    });
}
