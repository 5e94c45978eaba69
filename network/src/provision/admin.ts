import type { Deployment } from '../deployment.js';
import { portOf } from '../process/ports.js';
import { ordererOwners, mspIdOf, orgNames, peerOf, type OrgName } from '../topology.js';

/** What the stock `peer` CLI needs to act as an organization's admin at its own peer. */
export function adminEnvironment(
    deployment: Pick<Deployment, 'folder' | 'settings'>,
    org: OrgName,
): Record<string, string> {
    const { folder } = deployment;
    return {
        FABRIC_CFG_PATH: folder.node(peerOf(org)),
        CORE_PEER_ADDRESS: peerAddress(deployment, org),
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
        [`${each.toUpperCase()}_PEER_ADDRESS`, peerAddress(deployment, each)],
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

export function peerAddress(deployment: Pick<Deployment, 'settings'>, org: OrgName): string {
    return `127.0.0.1:${String(portOf(deployment.settings.ports, peerOf(org), 'port'))}`;
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
