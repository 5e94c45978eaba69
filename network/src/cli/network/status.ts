import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import type { NetworkStatus, ProcessStatus } from '../../status.js';
import { printJson, printLine, table } from '../output.js';
import type { CommonOptions } from './options.js';

export function statusCommand(network: Command): void {
    network
        .command('status')
        .description('which processes run, on which ports, and how high the ledger is')
        .option('--json', 'print the status as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const status = await openNetwork({ stateDir: state }).status();
            if (json === true) {
                printJson(status);
                return;
            }
            if (status.processes.length > 0) {
                printLine(table([['process', 'state', 'pid', 'ports', 'height'], ...status.processes.map(row)]));
            }
            printLine(summary(status));
        });
}

export function summary(status: NetworkStatus): string {
    if (status.state === 'absent') {
        return `There is no network in ${status.stateDir}; \`commonwatt network up\` creates one.`;
    }
    const height = status.height === null ? '' : `, height ${String(status.height)}`;
    const next = status.state === 'running' ? '' : ' `commonwatt network up` finishes and starts what is missing.';
    return `Network ${status.state}: channel "${status.channel ?? ''}"${height}, in ${status.stateDir}.${next}`;
}

function row(each: ProcessStatus): string[] {
    return [
        each.name,
        each.running ? 'running' : 'stopped',
        each.pid === null ? '-' : String(each.pid),
        Object.values(each.ports).join(' '),
        each.height === null ? '' : String(each.height),
    ];
}
