import { createPrivateKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeSigner } from '@commonwatt/client/native-signer';
import type { Signer } from '@hyperledger/fabric-gateway';
import type { Deployment } from '../deployment.js';
import { portOf } from '../process/ports.js';
import type { StateFolder } from '../state-folder.js';
import { ordererOwners, mspIdOf, orgNames, peerOf, type OrgName } from '../topology.js';

/** What the stock `peer` CLI needs to act as an organization's admin at its own peer, the first unless told otherwise. */
export function adminEnvironment(
    deployment: Pick<Deployment, 'folder' | 'settings'>,
    org: OrgName,
    peer = peerOf(org),
): Record<string, string> {
    const { folder } = deployment;
    return {
        FABRIC_CFG_PATH: folder.node(peer),
        CORE_PEER_ADDRESS: peerAddress(deployment, peer),
        CORE_PEER_LOCALMSPID: mspIdOf(org),
        CORE_PEER_MSPCONFIGPATH: folder.adminMsp(org),
        CORE_PEER_TLS_ENABLED: 'true',
        CORE_PEER_TLS_ROOTCERT_FILE: folder.tlsRootCertificate(org),
    };
}

/** The same, and how to name the orderer and the other organizations' peers on the command line. */
export function clientEnvironment(
    deployment: Pick<Deployment, 'folder' | 'settings'>,
    org: OrgName,
): Record<string, string> {
    const peers = orgNames.flatMap((each) => [
        [`${each.toUpperCase()}_PEER_ADDRESS`, peerAddress(deployment, peerOf(each))],
        [`${each.toUpperCase()}_PEER_CA`, deployment.folder.tlsRootCertificate(each)],
    ]);
    return {
        ...adminEnvironment(deployment, org),
        CHANNEL_NAME: deployment.settings.channel,
        ORDERER_ADDRESS: ordererAddress(deployment),
        ORDERER_CA: ordererCertificate(deployment),
        ...(Object.fromEntries(peers) as Record<string, string>),
    };
}

export function peerAddress(deployment: Pick<Deployment, 'settings'>, peer: string): string {
    return `127.0.0.1:${String(portOf(deployment.settings.ports, peer, 'port'))}`;
}

/** The first ordering node; with three, any of them forwards to the leader. */
export function ordererAddress(deployment: Pick<Deployment, 'settings'>): string {
    return `127.0.0.1:${String(portOf(deployment.settings.ports, 'orderer-1', 'port'))}`;
}

export function ordererCertificate(deployment: Pick<Deployment, 'folder'>): string {
    return deployment.folder.tlsRootCertificate(ordererOwners[0]);
}

export function ordererArgs(deployment: Pick<Deployment, 'folder' | 'settings'>): string[] {
    return ['--orderer', ordererAddress(deployment), '--tls', '--cafile', ordererCertificate(deployment)];
}

/** An organization's administrator, as clients sign in its name: the signer hashes. */
export async function adminOf(
    folder: StateFolder,
    org: OrgName,
): Promise<Readonly<{ identity: { mspId: string; credentials: Buffer }; signer: Signer }>> {
    const msp = folder.adminMsp(org);
    const certificate = await readFile(await onlyFileIn(join(msp, 'signcerts')));
    const key = createPrivateKey(await readFile(await onlyFileIn(join(msp, 'keystore'))));
    return { identity: { mspId: mspIdOf(org), credentials: certificate }, signer: nativeSigner(key) };
}

async function onlyFileIn(folder: string): Promise<string> {
    const [name] = await readdir(folder);
    if (name === undefined) {
        throw new Error(`${folder} is empty`);
    }
    return join(folder, name);
}
