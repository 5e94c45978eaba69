import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { revocationOf } from '@commonwatt/client/development-ca';
import type { Deployment } from '../deployment.js';
import { domainOf, mspIdOf, type ProcessSpec } from '../topology.js';
import { updateChannel } from './channel-update.js';

/**
 * Has the channel know that a peer's certificate counts no longer: its organization's administrator adds a list of
 * revoked certificates to the organization's MSP, wherever the channel names it, and needs nobody's consent to that.
 */
export async function revokeCertificate(deployment: Deployment, peer: ProcessSpec): Promise<void> {
    const list = Buffer.from(await listFor(deployment, peer)).toString('base64');
    await updateChannel(deployment, peer.org, (config) => {
        const { Application, Orderer } = config.channel_group.groups;
        for (const organization of [Application, Orderer].flatMap(({ groups }) => groups[mspIdOf(peer.org)] ?? [])) {
            const msp = organization.values.MSP.value.config;
            msp.revocation_list = [...(msp.revocation_list ?? []), list];
        }
    });
}

async function listFor({ folder }: Deployment, peer: ProcessSpec): Promise<Uint8Array> {
    const ca = join(folder.organization(peer.org), 'ca');
    const own = join(folder.identity(peer), 'msp', 'signcerts');
    const [certificate = ''] = await readdir(own);
    const files = [join(own, certificate), join(ca, `ca.${domainOf(peer.org)}-cert.pem`), join(ca, 'priv_sk')];
    const [certificatePem = '', caPem = '', caKeyPem = ''] = await Promise.all(
        files.map((file) => readFile(file, 'utf8')),
    );
    return await revocationOf(certificatePem, caPem, caKeyPem);
}
