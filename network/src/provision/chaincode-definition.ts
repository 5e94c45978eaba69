import { runTool } from '../binaries/tools.js';
import type { Deployment } from '../deployment.js';
import { writeFileAtomically } from '../files.js';
import { messageOf, NetworkError } from '../network-error.js';
import { chaincodeOf, mspIdOf, orgNames, peerOf, peersOf, type OrgName, type ProcessSpec } from '../topology.js';
import { poll } from '../wait.js';
import { adminEnvironment, ordererArgs, peerAddress } from './admin.js';
import { chaincodeNames, chaincodePackage, labelOf, packageId, type ChaincodeName } from './chaincode-package.js';
import { chaincodeAddress } from './processes.js';

/** Only the weak centre says yes or no, and never alone; the market needs any three of four. */
export const endorsementPolicies: Readonly<Record<ChaincodeName, string>> = {
    supervision: "AND('RegulatorMSP.peer', OutOf(2, 'OperatorMSP.peer', 'CommunityMSP.peer', 'SupplierMSP.peer'))",
    exchange: "OutOf(3, 'OperatorMSP.peer', 'CommunityMSP.peer', 'SupplierMSP.peer', 'RegulatorMSP.peer')",
};

// A Raft channel has no leader in its first moments; approvals are refused until then.
const approvalTimeoutMs = 20_000;

export async function installChaincodes(deployment: Deployment): Promise<string> {
    let count = 0;
    for (const { version } of deployment.settings.chaincodes) {
        await writePackages(deployment, version);
        const peers = peersOf(deployment.settings);
        const installed = await Promise.all(peers.map((peer) => installAt(deployment, peer, version)));
        count += installed.reduce((sum, each) => sum + each, 0);
    }
    return count === 0 ? 'on every peer' : `${String(count)} packages installed`;
}

/** The packages of a version, and where each organization serves it: its peers look that up while they install. */
async function writePackages(deployment: Deployment, version: number): Promise<void> {
    const { folder } = deployment;
    for (const name of chaincodeNames) {
        await writeFileAtomically(folder.package(labelOf(name, version)), await chaincodePackage(name, version));
    }
    for (const org of orgNames) {
        const process = chaincodeOf(org, version);
        const addresses = chaincodeNames.map((name) => [name, chaincodeAddress(deployment, process, name)]);
        await writeFileAtomically(folder.chaincodeAddresses(org), JSON.stringify(Object.fromEntries(addresses)));
    }
}

async function installAt(deployment: Deployment, peer: ProcessSpec, version: number): Promise<number> {
    const { binaries, folder } = deployment;
    const env = adminEnvironment(deployment, peer.org, peer.name);
    const listed = await runTool(binaries, 'peer', ['lifecycle', 'chaincode', 'queryinstalled'], env);
    let count = 0;
    for (const name of chaincodeNames) {
        if (!listed.includes(await packageId(name, version))) {
            const file = folder.package(labelOf(name, version));
            await runTool(binaries, 'peer', ['lifecycle', 'chaincode', 'install', file], env);
            count += 1;
        }
    }
    return count;
}

export async function defineChaincodes(deployment: Deployment): Promise<string> {
    const version = Math.max(...deployment.settings.chaincodes.map((each) => each.version));
    const committed = await committedSequences(deployment);
    const missing = chaincodeNames.filter((name) => (committed.get(name) ?? 0) < version);
    await Promise.all(missing.map((name) => define(deployment, name, version)));
    return missing.length === 0 ? 'committed' : `${missing.join(' and ')} approved by all four and committed`;
}

/** Committed once is committed: a later sequence is an upgrade that the organizations decided on. */
async function committedSequences(deployment: Deployment): Promise<ReadonlyMap<string, number>> {
    const args = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', deployment.settings.channel];
    const answer = await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
    const lines = [...answer.matchAll(/^Name: ([^,]+), Version: [^,]+, Sequence: (\d+),/gm)];
    return new Map(lines.map(([, name = '', sequence = '']) => [name, Number(sequence)]));
}

async function define(deployment: Deployment, name: ChaincodeName, version: number): Promise<void> {
    let refusal: unknown;
    const approved = await poll(
        async () => {
            const waiting = await unapproved(deployment, name, version);
            if (waiting.length === 0) {
                return true;
            }
            const outcomes = await Promise.allSettled(waiting.map((org) => approve(deployment, name, version, org)));
            refusal = outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
            return refusal === undefined ? true : undefined;
        },
        { timeoutMs: approvalTimeoutMs, intervalMs: 250 },
    );
    if (approved === undefined) {
        throw new NetworkError(`The definition of "${name}" was not approved: ${messageOf(refusal)}`, {
            subject: name,
            remedy: 'Read `commonwatt network logs orderer-1`, then run `commonwatt network up` again.',
            cause: refusal,
        });
    }
    await commit(deployment, name, version);
}

async function unapproved(deployment: Deployment, name: ChaincodeName, version: number): Promise<OrgName[]> {
    const args = [
        'lifecycle',
        'chaincode',
        'checkcommitreadiness',
        ...definition(deployment, name, version),
        '--output',
        'json',
    ];
    const answer = await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
    const json = answer.slice(answer.indexOf('{'));
    const { approvals } = JSON.parse(json) as { approvals: Record<string, boolean> };
    return orgNames.filter((org) => approvals[mspIdOf(org)] !== true);
}

async function approve(deployment: Deployment, name: ChaincodeName, version: number, org: OrgName): Promise<void> {
    const args = [
        'lifecycle',
        'chaincode',
        'approveformyorg',
        ...ordererArgs(deployment),
        ...definition(deployment, name, version),
        '--package-id',
        await packageId(name, version),
    ];
    await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, org));
}

async function commit(deployment: Deployment, name: ChaincodeName, version: number): Promise<void> {
    const everyPeer = orgNames.flatMap((org) => [
        '--peerAddresses',
        peerAddress(deployment, peerOf(org)),
        '--tlsRootCertFiles',
        deployment.folder.tlsRootCertificate(org),
    ]);
    const args = [
        'lifecycle',
        'chaincode',
        'commit',
        ...ordererArgs(deployment),
        ...definition(deployment, name, version),
        ...everyPeer,
    ];
    await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
}

/** The native network counts its versions: each is the next sequence of the definition. */
function definition(deployment: Deployment, name: ChaincodeName, version: number): string[] {
    return [
        '--channelID',
        deployment.settings.channel,
        '--name',
        name,
        '--version',
        String(version),
        '--sequence',
        String(version),
        '--signature-policy',
        endorsementPolicies[name],
    ];
}
