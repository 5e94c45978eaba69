import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runTool, type Binaries } from '../binaries/tools.js';
import { configFolder } from '../project.js';
import type { Deployment } from '../deployment.js';
import type { StateFolder } from '../state-folder.js';
import { renderConfig } from '../template.js';
import { domainOf, ordererOwners, orgNames, peersOf, type ProcessSpec } from '../topology.js';

/**
 * Creates each organization's CA, TLS CA, admin, peer and, where it has one, ordering node; all or nothing.
 * cryptogen knows organizations of peers or of orderers. Ours are both: a second run extends a copy of the same CA,
 * so that one organization stays one MSP.
 */
export async function createCertificates({ folder, binaries, settings }: Deployment): Promise<string> {
    const done = existsSync(folder.organizations) ? 'present' : await createOrganizations(folder, binaries);
    for (const peer of peersOf(settings)) {
        await createPeerCertificate(folder, binaries, peer);
    }
    return done;
}

async function createOrganizations(folder: StateFolder, binaries: Binaries): Promise<string> {
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

/** A certificate for a second peer from its organization's own CA, unless it has one. */
async function createPeerCertificate(folder: StateFolder, binaries: Binaries, peer: ProcessSpec): Promise<void> {
    const identity = folder.identity(peer);
    if (existsSync(identity)) {
        return;
    }
    const raw = join(folder.root, 'certificates.partial');
    await rm(raw, { recursive: true, force: true });
    const domain = domainOf(peer.org);
    await cp(folder.organization(peer.org), join(raw, 'peerOrganizations', domain), { recursive: true });
    const rendered = join(raw, 'crypto-config.yaml');
    const hostname = basename(identity).slice(0, -`.${domain}`.length);
    await renderConfig('crypto-config-peer.yaml', { domain, hostname }, rendered);
    await runTool(binaries, 'cryptogen', ['extend', '--config', rendered, '--input', raw]);
    await rename(join(raw, 'peerOrganizations', domain, 'peers', basename(identity)), identity);
    await rm(raw, { recursive: true, force: true });
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
