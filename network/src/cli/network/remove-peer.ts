import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { orgNames, parseOrg } from '../../topology.js';
import { printJson, printLine } from '../output.js';
import { progressReporter } from '../progress.js';
import type { CommonOptions } from './options.js';

export function removePeerCommand(network: Command): void {
    network
        .command('remove-peer')
        .description("take an organization's second peer away, with its ledger and its key")
        .argument('<org>', orgNames.join(', '))
        .option('--json', 'print the status as JSON')
        .action(async (org: string, _options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const reporter = progressReporter(json === true);
            const opened = openNetwork({ stateDir: state, onProgress: reporter.onProgress });
            const status = await opened.removePeer(parseOrg(org)).finally(reporter.finish);
            if (json === true) {
                printJson(status);
            } else {
                printLine(`${org} has one peer again.`);
            }
        });
}
