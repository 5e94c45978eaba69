import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, type Binaries } from '../binaries/tools.js';
import { configFolder } from '../project.js';
import type { StateFolder } from '../state-folder.js';
import { domainOf, ordererOwners, orgNames } from '../topology.js';

/**
 * Creates each organization's CA, TLS CA, admin, peer and, where it has one, ordering node; all or nothing.
 * cryptogen knows organizations of peers or of orderers. Ours are both: a second run extends a copy of the same CA,
 * so that one organization stays one MSP.
 */
export async function createCertificates(folder: StateFolder, binaries: Binaries): Promise<string> {
    if (existsSync(folder.organizations)) {
        return 'present';
    }
    const raw = join(folder.root, 'certificates.partial');
    const partial = join(folder.root, 'organizations.partial');
    await rm(raw, { recursive: true, force: true });
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await runTool(binaries, 'cryptogen', ['generate', '--config', config('crypto-config.yaml'), '--output', raw]);
    for (const org of ordererOwners) {
        await copyAuthorities(raw, domainOf(org));
    }
    await runTool(binaries, 'cryptogen', ['extend', '--config', config('crypto-config-orderers.yaml'), '--input', raw]);
    for (const org of orgNames) {
        await rename(join(raw, 'peerOrganizations', domainOf(org)), join(partial, org));
    }
    for (const org of ordererOwners) {
        const ordering = join(raw, 'ordererOrganizations', domainOf(org), 'orderers');
        await rename(ordering, join(partial, org, 'orderers'));
    }
    await rename(partial, folder.organizations);
    await rm(raw, { recursive: true, force: true });
    return `${String(orgNames.length)} organizations`;
}

async function copyAuthorities(raw: string, domain: string): Promise<void> {
    for (const part of ['ca', 'tlsca', 'msp', 'users']) {
        const target = join(raw, 'ordererOrganizations', domain, part);
        await cp(join(raw, 'peerOrganizations', domain, part), target, { recursive: true });
    }
}

function config(name: string): string {
    return join(configFolder, name);
}
