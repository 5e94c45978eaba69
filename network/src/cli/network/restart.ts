import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { printJson, printLine } from '../output.js';
import { type CommonOptions, positiveInteger } from './options.js';

type RestartCommandOptions = CommonOptions & Readonly<{ entry?: string; inspect?: number }>;

export function restartCommand(network: Command): void {
    network
        .command('restart')
        .description('stop a process, if it runs, and start it again')
        .argument('<name>', 'process name, for instance peer-operator')
        .option('--entry <file>', 'run this program as the chaincode process, until its next start')
        .option(
            '--inspect <port>',
            'let a debugger find the chaincode process on this port of 127.0.0.1, until its next start',
            positiveInteger,
        )
        .option('--json', 'print name and process id as JSON')
        .action(async (name: string, _options: unknown, command: Command) => {
            const { state, json, entry, inspect } = command.optsWithGlobals<RestartCommandOptions>();
            const opened = openNetwork({ stateDir: state });
            await opened.restart(name, {
                entry: entry === undefined ? undefined : resolve(entry),
                inspectPort: inspect,
            });
            const pid = await opened.pid(name);
            if (json === true) {
                printJson({ name, pid });
            } else {
                printLine(`${name} runs again, process ${String(pid)}.`);
            }
        });
}
