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
    /** Which peer of its organization this is, or which version of the chaincodes it serves; 1 for orderers. */
    ordinal: number;
    portNames: readonly string[];
}>;

/** A version of both chaincodes, and the program that serves it; `null` for the built workspace. */
export type ChaincodeVersion = Readonly<{ version: number; entry: string | null }>;

/** What decides which processes a network has. */
export type Layout = Readonly<{
    orderers: OrdererCount;
    /** Organizations with a second peer. */
    secondPeers: readonly OrgName[];
    /** The version in force; during an upgrade the next one after it. */
    chaincodes: readonly ChaincodeVersion[];
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

/** The organization's first peer: the one that its anchor and its tools name. */
export function peerOf(org: OrgName): string {
    return `peer-${org}`;
}

export function chaincodeOf(org: OrgName, version: number): string {
    return version === 1 ? `chaincode-${org}` : `chaincode-${org}-v${String(version)}`;
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
export function processesOf(layout: Layout): readonly ProcessSpec[] {
    const ordering = ordererOwners
        .slice(0, layout.orderers)
        .map((org, index) => specOf('orderer', `orderer-${String(index + 1)}`, org));
    const chaincodes = layout.chaincodes.flatMap(({ version }) =>
        orgNames.map((org) => specOf('chaincode', chaincodeOf(org, version), org, version)),
    );
    return [...ordering, ...peersOf(layout), ...chaincodes];
}

/** Every peer, an organization's first before its second. */
export function peersOf({ secondPeers }: Pick<Layout, 'secondPeers'>): readonly ProcessSpec[] {
    return [
        ...orgNames.map((org) => specOf('peer', peerOf(org), org)),
        ...secondPeers.map((org) => specOf('peer', `${peerOf(org)}-2`, org, 2)),
    ];
}

function specOf(kind: ProcessKind, name: string, org: OrgName, ordinal = 1): ProcessSpec {
    return { name, kind, org, ordinal, portNames: portNamesOf[kind] };
}
