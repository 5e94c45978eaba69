import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import { progressReporter } from '../progress.js';
import type { CommonOptions } from './options.js';
import { summary } from './status.js';

type UpgradeCommandOptions = CommonOptions & Readonly<{ entry?: string }>;

export function upgradeCommand(network: Command): void {
    network
        .command('upgrade')
        .description('put the next version of both chaincodes into force while the market goes on')
        .option('--entry <file>', 'the program that serves the new version (default: the built chaincode workspace)')
        .option('--json', 'print the status as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { state, json, entry } = command.optsWithGlobals<UpgradeCommandOptions>();
            const reporter = progressReporter(json === true);
            const opened = openNetwork({ stateDir: state, onProgress: reporter.onProgress });
            const status = await opened
                .upgrade({ entry: entry === undefined ? undefined : resolve(entry) })
                .finally(reporter.finish);
            if (json === true) {
                printJson(status);
            } else {
                printLine(summary(status));
            }
        });
}
