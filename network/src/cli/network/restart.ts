import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

type RestartCommandOptions = CommonOptions & Readonly<{ entry?: string }>;

export function restartCommand(network: Command): void {
    network
        .command('restart')
        .description('stop a process, if it runs, and start it again')
        .argument('<name>', 'process name, for instance peer-operator')
        .option('--entry <file>', 'run this program as the chaincode process, until its next start')
        .option('--json', 'print name and process id as JSON')
        .action(async (name: string, _options: unknown, command: Command) => {
            const { state, json, entry } = command.optsWithGlobals<RestartCommandOptions>();
            const opened = openNetwork({ stateDir: state });
            await opened.restart(name, { entry: entry === undefined ? undefined : resolve(entry) });
            const pid = await opened.pid(name);
            if (json === true) {
                printJson({ name, pid });
            } else {
                printLine(`${name} runs again, process ${String(pid)}.`);
            }
        });
}
