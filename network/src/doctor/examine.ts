import { messageOf, NetworkError } from '../network-error.js';
import { Supervisor } from '../process/supervisor.js';
import { readSettings } from '../settings.js';
import { stateFolder } from '../state-folder.js';
import { examineCertificates } from './certificates.js';
import { failure, fine, type Finding } from './finding.js';
import { examineLeftovers } from './leftovers.js';
import {
    examineBinaries,
    examineBuild,
    examineDisk,
    examineGo,
    examineLoopback,
    examineNode,
    examineSystem,
} from './machine.js';
import { examinePorts } from './ports.js';

export type { Finding } from './finding.js';

/** Everything that has kept a network from running, looked at without changing anything. */
export async function examine(stateDir: string | undefined): Promise<Finding[]> {
    const folder = stateFolder(stateDir);
    const supervisor = new Supervisor(folder);
    const machine = [
        examineSystem(),
        examineNode(),
        await examineGo(),
        await examineBinaries(),
        examineBuild(),
        await examineLoopback(),
        await examineDisk(folder),
    ];
    try {
        const settings = await readSettings(folder);
        if (settings === undefined) {
            return [...machine, fine('network', `none yet in ${folder.root}`)];
        }
        return [
            ...machine,
            await examinePorts(settings, supervisor),
            ...(await examineLeftovers(folder, settings, supervisor)),
            await examineCertificates(folder),
        ];
    } catch (error) {
        const fix = error instanceof NetworkError ? error.remedy : 'run `commonwatt network reset`';
        return [...machine, failure('network', messageOf(error), fix)];
    }
}
