import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ from: number; first: number; count: number; amount: AmountNano; id?: string }>;

export function registerFillLanes(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'fill-lanes',
        summary: 'move own money from one lane into others, so that many agreements can be funded at once',
        example: 'commonwatt account fill-lanes shop --first 1 --count 50 --amount 2 --org supplier --as shop',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--first <number>', 'first lane to fill', count)
        .requiredOption('--count <number>', 'how many lanes, from the first on', count)
        .requiredOption('--amount <decimal>', 'money for each of them, at most 9 decimal digits', amount)
        .option('--from <number>', 'lane that the money comes from', count, 0)
        .option('--id <id>', 'id of the filling, which moves money once; otherwise a new one');
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const market = await session.market();
        const { from: fromLane, first, amount: amountNano, id } = options;
        const lanes = Array.from({ length: options.count }, (_, index) => ({ lane: first + index, amountNano }));
        const filling = { participantId, fromLane, lanes, ...(id === undefined ? {} : { fillingId: id }) };
        const done = await market.accounts.fillLanes(filling);
        const told = `${lanes.length} lanes of ${participantId} hold ${formatAmount(amountNano)} more`;
        session.printCommitted(done, told);
    });
}
