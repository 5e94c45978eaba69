import { ownerOfPort } from '../process/port-owner.js';
import { isFree } from '../process/ports.js';
import type { Supervisor } from '../process/supervisor.js';
import type { Settings } from '../settings.js';
import { failure, fine, type Finding } from './finding.js';

/** The ports of the processes that do not run must be free for them. */
export async function examinePorts(settings: Settings, supervisor: Supervisor): Promise<Finding> {
    const taken: string[] = [];
    for (const [name, ports] of Object.entries(settings.ports)) {
        if ((await supervisor.find(name)) !== undefined) {
            continue;
        }
        for (const port of Object.values(ports)) {
            if (!(await isFree(port))) {
                const owner = ownerOfPort(port);
                taken.push(
                    `${String(port)} of ${name} by process ${owner === undefined ? 'unknown' : String(owner.pid)}`,
                );
            }
        }
    }
    return taken.length === 0
        ? fine('ports', 'every port of this network is its own or free')
        : failure('ports', `taken: ${taken.join(', ')}.`, 'stop those processes, or `commonwatt network reset`');
}
