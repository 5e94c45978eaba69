import { runTool } from '../binaries/tools.js';
import type { Deployment } from '../deployment.js';
import { writeFileAtomically } from '../files.js';
import { messageOf, NetworkError } from '../network-error.js';
import { mspIdOf, orgNames, type OrgName } from '../topology.js';
import { poll } from '../wait.js';
import { adminEnvironment, ordererArgs, peerAddress } from './admin.js';
import { chaincodeNames, chaincodePackage, packageId, type ChaincodeName } from './chaincode-package.js';

/** Only the weak centre says yes or no, and never alone; the market needs any three of four. */
export const endorsementPolicies: Readonly<Record<ChaincodeName, string>> = {
    supervision: "AND('RegulatorMSP.peer', OutOf(2, 'OperatorMSP.peer', 'CommunityMSP.peer', 'SupplierMSP.peer'))",
    exchange: "OutOf(3, 'OperatorMSP.peer', 'CommunityMSP.peer', 'SupplierMSP.peer', 'RegulatorMSP.peer')",
};

// A Raft channel has no leader in its first moments; approvals are refused until then.
const approvalTimeoutMs = 20_000;

export async function installChaincodes(deployment: Deployment): Promise<string> {
    const { folder } = deployment;
    for (const name of chaincodeNames) {
        await writeFileAtomically(folder.package(name), await chaincodePackage(name));
    }
    const installed = await Promise.all(orgNames.map((org) => installAt(deployment, org)));
    const count = installed.reduce((sum, each) => sum + each, 0);
    return count === 0 ? 'on every peer' : `${String(count)} packages installed`;
}

async function installAt(deployment: Deployment, org: OrgName): Promise<number> {
    const { binaries, folder } = deployment;
    const env = adminEnvironment(deployment, org);
    const listed = await runTool(binaries, 'peer', ['lifecycle', 'chaincode', 'queryinstalled'], env);
    let count = 0;
    for (const name of chaincodeNames) {
        if (!listed.includes(await packageId(name))) {
            await runTool(binaries, 'peer', ['lifecycle', 'chaincode', 'install', folder.package(name)], env);
            count += 1;
        }
    }
    return count;
}

export async function defineChaincodes(deployment: Deployment): Promise<string> {
    const committed = await committedNames(deployment);
    const missing = chaincodeNames.filter((name) => !committed.has(name));
    await Promise.all(missing.map((name) => define(deployment, name)));
    return missing.length === 0 ? 'committed' : `${missing.join(' and ')} approved by all four and committed`;
}

/** Committed once is committed: a later sequence is an upgrade that the organizations decided on. */
async function committedNames(deployment: Deployment): Promise<ReadonlySet<string>> {
    const args = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', deployment.settings.channel];
    const answer = await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
    return new Set([...answer.matchAll(/^Name: ([^,]+),/gm)].map((match) => match[1] ?? ''));
}

async function define(deployment: Deployment, name: ChaincodeName): Promise<void> {
    let refusal: unknown;
    const approved = await poll(
        async () => {
            const waiting = await unapproved(deployment, name);
            if (waiting.length === 0) {
                return true;
            }
            const outcomes = await Promise.allSettled(waiting.map((org) => approve(deployment, name, org)));
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
    await commit(deployment, name);
}

async function unapproved(deployment: Deployment, name: ChaincodeName): Promise<OrgName[]> {
    const args = [
        'lifecycle',
        'chaincode',
        'checkcommitreadiness',
        ...definition(deployment, name),
        '--output',
        'json',
    ];
    const answer = await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
    const json = answer.slice(answer.indexOf('{'));
    const { approvals } = JSON.parse(json) as { approvals: Record<string, boolean> };
    return orgNames.filter((org) => approvals[mspIdOf(org)] !== true);
}

async function approve(deployment: Deployment, name: ChaincodeName, org: OrgName): Promise<void> {
    const args = [
        'lifecycle',
        'chaincode',
        'approveformyorg',
        ...ordererArgs(deployment),
        ...definition(deployment, name),
        '--package-id',
        await packageId(name),
    ];
    await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, org));
}

async function commit(deployment: Deployment, name: ChaincodeName): Promise<void> {
    const everyPeer = orgNames.flatMap((org) => [
        '--peerAddresses',
        peerAddress(deployment, org),
        '--tlsRootCertFiles',
        deployment.folder.tlsRootCertificate(org),
    ]);
    const args = [
        'lifecycle',
        'chaincode',
        'commit',
        ...ordererArgs(deployment),
        ...definition(deployment, name),
        ...everyPeer,
    ];
    await runTool(deployment.binaries, 'peer', args, adminEnvironment(deployment, 'operator'));
}

function definition(deployment: Deployment, name: ChaincodeName): string[] {
    return [
        '--channelID',
        deployment.settings.channel,
        '--name',
        name,
        '--version',
        '1',
        '--sequence',
        '1',
        '--signature-policy',
        endorsementPolicies[name],
    ];
}
