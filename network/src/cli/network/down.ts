import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

export function downCommand(network: Command): void {
    network
        .command('down')
        .description('stop every process; the ledger stays')
        .option('--json', 'print the names of the stopped processes as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const stopped = await openNetwork({ stateDir: state }).down();
            if (json === true) {
                printJson({ stopped });
            } else {
                printLine(stopped.length === 0 ? 'Nothing was running.' : `Stopped: ${stopped.join(', ')}.`);
            }
        });
}
