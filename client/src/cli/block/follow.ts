import type { Command } from 'commander';
import type { BlockTransaction, BlockView } from '../../block-reader.js';
import { interruption } from '../interruption.js';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ from?: number; count?: number }>;

export function registerFollow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'follow',
        summary: 'print every block: number, signer, transactions, validation codes, endorsers; --json: one a line',
        example: 'commonwatt block follow --from 0 --count 10 --org community',
        mode: 'read',
    })
        .option('--from <block>', 'first block (default: the next new one)', count)
        .option('--count <number>', 'end after so many blocks', count);
    onRun<Options>(verb, async (session, options) => {
        const market = await session.market();
        const { signal } = interruption();
        const { from: fromBlock } = options;
        let printed = 0;
        const height = await market.transport.height();
        const lastBlock = (fromBlock ?? height) + (options.count ?? 0) - 1;
        if (lastBlock >= height) {
            const last = String(lastBlock);
            process.stderr.write(`The channel has ${String(height)} blocks, from 0; this waits until block ${last}.\n`);
        }
        const blocks = market.blocks({ signal, ...(fromBlock === undefined ? {} : { fromBlock }) });
        for await (const block of blocks) {
            session.printEach(block, linesOf(block).join('\n'));
            printed += 1;
            if (printed === options.count) {
                break;
            }
        }
    });
}

const linesOf = (block: BlockView): string[] => [
    `block ${String(block.blockNumber)} signed by ${block.signerMspIds.join(', ') || 'nobody'}, ` +
        `${String(block.transactions.length)} transactions`,
    ...block.transactions.map(lineOf),
];

function lineOf(transaction: BlockTransaction): string {
    const { transactionId, validationCode, type, chaincode, verb, creatorMspId, endorserMspIds } = transaction;
    const what = chaincode === null ? type : `${chaincode} ${verb ?? ''}`;
    const who = `by ${creatorMspId ?? '?'}, endorsed by ${endorserMspIds.join(', ') || 'nobody'}`;
    return `  ${transactionId.slice(0, 12)}  ${validationCode}  ${what}  ${who}`;
}
