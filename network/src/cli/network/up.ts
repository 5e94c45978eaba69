import { Option, type Command } from 'commander';
import { openNetwork, type UpOptions } from '../../network.js';
import type { OrdererCount } from '../../topology.js';
import { printJson, printLine } from '../output.js';
import { progressReporter } from '../progress.js';
import { positiveInteger, type CommonOptions } from './options.js';
import { summary } from './status.js';

type UpCommandOptions = CommonOptions &
    Readonly<{ orderers?: string; channel?: string; batchTimeoutMs?: number; maxMessageCount?: number }>;

export function upCommand(network: Command, bootstrap: UpOptions['bootstrap']): void {
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
                    bootstrap,
                })
                .finally(reporter.finish);
            if (options.json === true) {
                printJson(status);
            } else {
                printLine(summary(status));
            }
        });
}
