import { delimiter } from 'node:path';
import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { orgNames, parseOrg } from '../../topology.js';
import { printJson, printLine } from '../output.js';
import type { CommonOptions } from './options.js';

export function envCommand(network: Command): void {
    network
        .command('env')
        .description(
            'what the stock peer CLI needs to act as an organization\'s admin: eval "$(commonwatt network env operator)"',
        )
        .argument('<org>', orgNames.join(', '))
        .option('--json', 'print the variables as JSON')
        .action(async (org: string, _options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const variables = await openNetwork({ stateDir: state }).env(parseOrg(org));
            if (json === true) {
                printJson(variables);
                return;
            }
            for (const [name, value] of Object.entries(variables)) {
                printLine(`export ${name}=${name === 'PATH' ? extended(value) : quoted(value)}`);
            }
        });
}

/** Only what was put in front: the shell that evaluates this has its own PATH. */
function extended(path: string): string {
    return `${quoted(path.split(delimiter)[0] ?? '')}:"$PATH"`;
}

function quoted(value: string): string {
    return `'${value.replaceAll("'", `'\\''`)}'`;
}
