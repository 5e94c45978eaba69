import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ amount: AmountNano; lane: number; id?: string }>;

export function registerRequestPayout(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'request-payout',
        summary: 'take own money out of the market; the settlement agent pays it outside',
        example: 'commonwatt account request-payout bld-12 --amount 12.5 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--amount <decimal>', 'money, at most 9 decimal digits', amount)
        .option('--lane <number>', 'lane of the account that pays', count, 0)
        .option('--id <id>', 'id of the payout, which moves money once; otherwise a new one');
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const market = await session.market();
        const { lane, id } = options;
        const asked = { participantId, lane, amountNano: options.amount };
        const done = await market.accounts.requestPayout({ ...asked, ...(id === undefined ? {} : { payoutId: id }) });
        const { payoutId, amountNano } = done.value;
        session.printCommitted(
            done,
            `Payout ${payoutId} of ${formatAmount(amountNano)} to ${participantId} is asked for`,
        );
    });
}
