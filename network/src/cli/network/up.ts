import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { establishMarket, readCharterFile } from '../../charter-file.js';
import { openNetwork } from '../../network.js';
import { configFolder } from '../../project.js';
import { slotBeginningAt } from '../../scenario/slot.js';
import type { OrdererCount } from '../../topology.js';
import { printJson, printLine } from '../output.js';
import { progressReporter } from '../progress.js';
import { positiveInteger, type CommonOptions } from './options.js';
import { summary } from './status.js';

type UpCommandOptions = CommonOptions &
    Readonly<{
        orderers?: string;
        channel?: string;
        batchTimeoutMs?: number;
        maxMessageCount?: number;
        charter: string;
        firstSlot?: number;
    }>;

export function upCommand(network: Command): void {
    network
        .command('up')
        .description('create the network, or finish and start what is there; returns when every gateway answers')
        .addOption(new Option('--orderers <count>', 'ordering nodes (default: 1)').choices(['1', '3']))
        .option('--channel <name>', 'channel name (default: commonwatt)')
        .option(
            '--batch-timeout-ms <ms>',
            'how long a block waits for more transactions (default: 200)',
            positiveInteger,
        )
        .option('--max-message-count <count>', 'transactions in a full block (default: 200)', positiveInteger)
        .addOption(
            new Option('--charter <file>', 'charter and first rules of the market').default(
                join(configFolder, 'charter.json'),
                'test-network-config/charter.json',
            ),
        )
        .option(
            '--first-slot <slot>',
            'first slot, by index or as 2016-07-20T09:00Z (default: the one that runs)',
            slot,
        )
        .option('--json', 'print the status as JSON')
        .action(async (_options: unknown, command: Command) => {
            const options = command.optsWithGlobals<UpCommandOptions>();
            const reporter = progressReporter(options.json === true);
            const opened = openNetwork({ stateDir: options.state, onProgress: reporter.onProgress });
            const status = await opened
                .up({
                    orderers: options.orderers === undefined ? undefined : (Number(options.orderers) as OrdererCount),
                    channel: options.channel,
                    batchTimeoutMs: options.batchTimeoutMs,
                    maxMessageCount: options.maxMessageCount,
                    bootstrap: (running) =>
                        establishMarket(running, () => readCharterFile(options.charter, options.firstSlot)),
                })
                .finally(reporter.finish);
            if (options.json === true) {
                printJson(status);
            } else {
                printLine(summary(status));
            }
        });
}

function slot(text: string): number {
    const index = /^\d{1,10}$/.test(text) ? Number(text) : slotBeginningAt(text);
    if (index === undefined) {
        throw new InvalidArgumentError('It must be a slot index, or a time like 2016-07-20T09:00Z.');
    }
    return index;
}
