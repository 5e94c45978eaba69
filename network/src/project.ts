import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project as it lies on this machine; compiled files are in network/dist. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export const configFolder = join(projectRoot, 'test-network-config');
export const builderFolder = join(projectRoot, 'network', 'builder');
export const fabricModule = join(projectRoot, 'network', 'fabric');
