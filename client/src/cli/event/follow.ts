import type { Command } from 'commander';
import { FileCheckpoint } from '../../checkpoint.js';
import type { EventRecord } from '../../events.js';
import { interruption } from '../interruption.js';
import { jsonText } from '../output.js';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ from?: number; count?: number; checkpoint?: string }>;

export function registerFollow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'follow',
        summary: 'print the events of both chaincodes as their blocks arrive; with --json one object a line',
        example: 'commonwatt event follow --from 0 --checkpoint events.checkpoint.json --org community',
        mode: 'read',
    })
        .option('--from <block>', 'first block (default: the next new one)', count)
        .option('--count <number>', 'end after so many events', count)
        .option('--checkpoint <file>', 'resume after the last event printed, and remember it there');
    onRun<Options>(verb, async (session, options) => {
        const market = await session.market();
        const { signal } = interruption();
        const { checkpoint: file, from: fromBlock } = options;
        const checkpoint = file === undefined ? null : await FileCheckpoint.open(file, market.profile.channel);
        const after = checkpoint?.position ?? null;
        let printed = 0;
        const records = market.events({ signal, after, ...(fromBlock === undefined ? {} : { fromBlock }) });
        for await (const record of records) {
            session.printEach(record, lineOf(record));
            await checkpoint?.save(record.position);
            printed += 1;
            if (printed === options.count) {
                break;
            }
        }
    });
}

const lineOf = ({ blockNumber, event, transactionId }: EventRecord): string =>
    `${String(blockNumber)}  ${event.name}  ${jsonText(event.payload)}  ${transactionId.slice(0, 12)}`;
