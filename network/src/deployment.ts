import type { Binaries } from './binaries/tools.js';
import type { Supervisor } from './process/supervisor.js';
import type { Settings } from './settings.js';
import type { StateFolder } from './state-folder.js';
import { processesOf, type Layout, type ProcessSpec } from './topology.js';
import { NetworkError } from './network-error.js';

/** All that a step needs to know of the network it works on. */
export type Deployment = Readonly<{
    folder: StateFolder;
    settings: Settings;
    binaries: Binaries;
    supervisor: Supervisor;
    /** The program of chaincode versions that name none. */
    chaincodeEntry: string;
}>;

export function findProcess(layout: Layout, name: string): ProcessSpec {
    const specs = processesOf(layout);
    const spec = specs.find((known) => known.name === name);
    if (spec === undefined) {
        throw new NetworkError(`There is no process "${name}" in this network.`, {
            subject: name,
            remedy: `Name one of ${specs.map((known) => known.name).join(', ')}.`,
        });
    }
    return spec;
}
