import { NetworkError } from './network-error.js';

/** Who takes part, with which processes. Ports and paths are chosen elsewhere. */

export const orgNames = ['operator', 'community', 'supplier', 'regulator'] as const;
export type OrgName = (typeof orgNames)[number];

/** Ordering nodes belong to organizations of the market; the regulator endorses, but does not order. */
export const ordererOwners = ['operator', 'community', 'supplier'] as const satisfies readonly OrgName[];
export type OrdererCount = 1 | 3;

export type ProcessKind = 'orderer' | 'peer' | 'chaincode';

export type ProcessSpec = Readonly<{
    name: string;
    kind: ProcessKind;
    org: OrgName;
    portNames: readonly string[];
}>;

const portNamesOf = {
    orderer: ['port', 'adminPort', 'operationsPort'],
    peer: ['port', 'chaincodePort', 'operationsPort'],
    chaincode: ['exchangePort', 'supervisionPort'],
} as const satisfies Record<ProcessKind, readonly string[]>;

export function mspIdOf(org: OrgName): string {
    return `${org.charAt(0).toUpperCase()}${org.slice(1)}MSP`;
}

export function domainOf(org: OrgName): string {
    return `${org}.commonwatt.local`;
}

export function peerOf(org: OrgName): string {
    return `peer-${org}`;
}

export function chaincodeOf(org: OrgName): string {
    return `chaincode-${org}`;
}

export function parseOrg(name: string): OrgName {
    const org = orgNames.find((known) => known === name);
    if (org === undefined) {
        throw new NetworkError(`There is no organization "${name}".`, {
            subject: name,
            remedy: `Name one of ${orgNames.join(', ')}.`,
        });
    }
    return org;
}

/** Every process of a network, in the order in which they are listed and started. */
export function processesOf(orderers: OrdererCount): readonly ProcessSpec[] {
    const ordering = ordererOwners
        .slice(0, orderers)
        .map((org, index) => specOf('orderer', `orderer-${String(index + 1)}`, org));
    const peers = orgNames.map((org) => specOf('peer', peerOf(org), org));
    const chaincodes = orgNames.map((org) => specOf('chaincode', chaincodeOf(org), org));
    return [...ordering, ...peers, ...chaincodes];
}

function specOf(kind: ProcessKind, name: string, org: OrgName): ProcessSpec {
    return { name, kind, org, portNames: portNamesOf[kind] };
}
