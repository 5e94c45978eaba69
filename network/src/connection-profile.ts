import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeFileAtomically } from './files.js';
import { portOf } from './process/ports.js';
import { chaincodeNames } from './provision/chaincode-package.js';
import type { Settings } from './settings.js';
import type { StateFolder } from './state-folder.js';
import { domainOf, mspIdOf, orgNames, peersOf, processesOf, type OrgName } from './topology.js';

/**
 * Writes each organization's common connection profile: Fabric's own format, so that its other SDKs read it too, and
 * under `x-commonwatt` what that format has no place for. File names are relative to the profile: the folder may move.
 */
export async function writeConnectionProfiles(folder: StateFolder, settings: Settings): Promise<string> {
    for (const org of orgNames) {
        const profile = await connectionProfile(folder, settings, org);
        await writeFileAtomically(folder.profile(org), `${JSON.stringify(profile, null, 4)}\n`);
    }
    return `${String(orgNames.length)} written`;
}

async function connectionProfile(folder: StateFolder, settings: Settings, org: OrgName): Promise<object> {
    const orderers = processesOf(settings).filter((spec) => spec.kind === 'orderer');
    const peers = peersOf(settings);
    const ownFirst = [...peers.filter((peer) => peer.org === org), ...peers.filter((peer) => peer.org !== org)];
    return {
        name: `commonwatt-${org}`,
        version: '1.0.0',
        client: {
            organization: org,
            connection: { timeout: { peer: { endorser: '30' }, orderer: '30' } },
        },
        organizations: Object.fromEntries(
            orgNames.map((each) => [
                each,
                { mspid: mspIdOf(each), peers: peers.filter((peer) => peer.org === each).map(({ name }) => name) },
            ]),
        ),
        peers: await entries(folder, settings, ownFirst),
        orderers: await entries(folder, settings, orderers),
        channels: {
            [settings.channel]: {
                orderers: orderers.map((spec) => spec.name),
                peers: Object.fromEntries(ownFirst.map(({ name }) => [name, {}])),
            },
        },
        'x-commonwatt': {
            org,
            mspId: mspIdOf(org),
            channel: settings.channel,
            chaincodes: Object.fromEntries(chaincodeNames.map((name) => [name, name])),
            gateways: ownFirst.map(({ name }) => name),
            developmentCa: developmentCa(folder, org),
            admin: adminFiles(folder, org),
        },
    };
}

async function entries(
    folder: StateFolder,
    settings: Settings,
    nodes: readonly Readonly<{ name: string; org: OrgName }>[],
): Promise<Record<string, object>> {
    const described = nodes.map(async ({ name, org }) => {
        const pem = await readFile(folder.tlsRootCertificate(org), 'utf8');
        const entry = {
            url: `grpcs://localhost:${String(portOf(settings.ports, name, 'port'))}`,
            tlsCACerts: { pem },
            grpcOptions: { 'ssl-target-name-override': 'localhost', hostnameOverride: 'localhost' },
        };
        return [name, entry] as const;
    });
    return Object.fromEntries(await Promise.all(described));
}

/** The organization's own CA, key included: on this development network anyone with the folder may enrol members. */
function developmentCa(folder: StateFolder, org: OrgName): object {
    const ca = join(folder.organization(org), 'ca');
    return relativeTo(folder, org, join(ca, `ca.${domainOf(org)}-cert.pem`), join(ca, 'priv_sk'));
}

function adminFiles(folder: StateFolder, org: OrgName): object {
    const msp = folder.adminMsp(org);
    const certificate = join(msp, 'signcerts', `Admin@${domainOf(org)}-cert.pem`);
    return relativeTo(folder, org, certificate, join(msp, 'keystore', 'priv_sk'));
}

function relativeTo(folder: StateFolder, org: OrgName, certificate: string, privateKey: string): object {
    const base = folder.organization(org);
    return { certificate: relative(base, certificate), privateKey: relative(base, privateKey) };
}
