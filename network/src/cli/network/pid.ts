import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

export function pidCommand(network: Command): void {
    network
        .command('pid')
        .description('the process id of a running process, and nothing else')
        .argument('<name>', 'process name, for instance chaincode-regulator')
        .option('--json', 'print name and process id as JSON')
        .action(async (name: string, _options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const pid = await openNetwork({ stateDir: state }).pid(name);
            if (json === true) {
                printJson({ name, pid });
            } else {
                printLine(String(pid));
            }
        });
}
