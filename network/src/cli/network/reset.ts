import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

export function resetCommand(network: Command): void {
    network
        .command('reset')
        .description('stop every process and forget everything: keys, ledgers, ports')
        .option('--json', 'print the emptied folder as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const opened = openNetwork({ stateDir: state });
            await opened.reset();
            if (json === true) {
                printJson({ reset: opened.stateDir });
            } else {
                printLine(`Nothing of the network is left in ${opened.stateDir}.`);
            }
        });
}
