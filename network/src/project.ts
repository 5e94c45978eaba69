import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project as it lies on this machine; compiled files are in network/dist. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export const configFolder = join(projectRoot, 'test-network-config');
export const builderFolder = join(projectRoot, 'network', 'builder');
export const fabricModule = join(projectRoot, 'network', 'fabric');

/** The program of the chaincode processes, as the build leaves it. */
export function builtChaincode(): string {
    return realpathIfPresent(fileURLToPath(import.meta.resolve('@commonwatt/chaincode/server')));
}

/** Past the workspace link: the messages name the file that a person knows. */
function realpathIfPresent(path: string): string {
    const folder = dirname(dirname(path));
    return existsSync(folder) ? join(realpathSync(folder), relative(folder, path)) : path;
}
