import { dirname } from 'node:path';
import type { Command } from 'commander';
import { resolveBinaries } from '../../binaries/resolve.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

export function binariesCommand(network: Command): void {
    network
        .command('binaries')
        .description('find the Fabric tools, or build them once, without starting anything')
        .option('--json', 'print source, version and files as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { json } = command.optsWithGlobals<CommonOptions>();
            const binaries = await resolveBinaries((detail) => {
                process.stderr.write(`  ${detail}\n`);
            });
            if (json === true) {
                printJson(binaries);
            } else {
                const { version, source, tools } = binaries;
                printLine(`Fabric ${version} from ${source}: ${dirname(tools.peer)}`);
            }
        });
}
