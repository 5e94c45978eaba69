import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { amount, carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; amount: AmountNano; id?: string }>;

export function registerDrawCover(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'draw-cover',
        summary: 'move what no imbalance needs from the own credit cover to the free account',
        example: 'commonwatt account draw-cover bld-12 --carrier electricity --amount 5 --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--carrier <carrier>', 'carrier of the cover', carrier)
        .requiredOption('--amount <decimal>', 'money, at most 9 decimal digits', amount)
        .option('--id <id>', 'id of the draw, which moves money once; otherwise a new one');
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const market = await session.market();
        const { carrier, id } = options;
        const draw = { participantId, carrier, amountNano: options.amount };
        const done = await market.accounts.drawCover({ ...draw, ...(id === undefined ? {} : { drawId: id }) });
        session.printCommitted(done, `The cover of ${participantId} is ${formatAmount(done.value.balanceNano)}`);
    });
}
