import type { Command } from 'commander';
import { type Network, openNetwork } from '../../network.js';
import type { NetworkStatus } from '../../status.js';
import { type OrgName, orgNames, parseOrg } from '../../topology.js';
import { printJson, printLine } from '../output.js';
import { progressReporter } from '../progress.js';
import type { CommonOptions } from './options.js';

/** One verb on an organization's second peer. */
type Verb = Readonly<{
    name: string;
    description: string;
    act: (network: Network, org: OrgName) => Promise<NetworkStatus>;
    /** What is told of the organization when it is done. */
    done: string;
}>;

export function addPeerCommand(network: Command): void {
    register(network, {
        name: 'add-peer',
        description: 'give an organization a second peer, which joins, is discovered and serves',
        act: (opened, org) => opened.addPeer(org),
        done: 'has a second peer',
    });
}

export function removePeerCommand(network: Command): void {
    register(network, {
        name: 'remove-peer',
        description: "take an organization's second peer away, with its ledger and its key",
        act: (opened, org) => opened.removePeer(org),
        done: 'has one peer again',
    });
}

function register(network: Command, { name, description, act, done }: Verb): void {
    network
        .command(name)
        .description(description)
        .argument('<org>', orgNames.join(', '))
        .option('--json', 'print the status as JSON')
        .action(async (org: string, _options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const reporter = progressReporter(json === true);
            const opened = openNetwork({ stateDir: state, onProgress: reporter.onProgress });
            const status = await act(opened, parseOrg(org)).finally(reporter.finish);
            if (json === true) {
                printJson(status);
            } else {
                printLine(`${org} ${done}.`);
            }
        });
}
