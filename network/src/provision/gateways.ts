import { createPrivateKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, EndorseError, hash, signers, type ConnectOptions, type Gateway } from '@hyperledger/fabric-gateway';
import type { Deployment } from '../deployment.js';
import { messageOf } from '../network-error.js';
import { afterFailure } from '../process/supervisor.js';
import { mspIdOf, orgNames, peerOf, type OrgName } from '../topology.js';
import { poll } from '../wait.js';
import { peerAddress } from './admin.js';
import { chaincodeNames, type ChaincodeName } from './chaincode-package.js';

const readyTimeoutMs = 20_000;

/**
 * Ready means that a real proposal is endorsed by all four organizations through each of the four gateways, for both
 * chaincodes. A healthy process is not enough: until gossip has converged, a gateway knows of no other endorser.
 */
export async function awaitGateways(deployment: Deployment, detail: (text: string) => void): Promise<string> {
    const startedMs = performance.now();
    await Promise.all(
        orgNames.map(async (org) => {
            await awaitGateway(deployment, org);
            detail(`${peerOf(org)} answers`);
        }),
    );
    return `all answer (waited ${((performance.now() - startedMs) / 1000).toFixed(1)} s)`;
}

async function awaitGateway(deployment: Deployment, org: OrgName): Promise<void> {
    const client = new Client(
        peerAddress(deployment, org),
        credentials.createSsl(await readFile(deployment.folder.tlsRootCertificate(org))),
        { 'grpc.ssl_target_name_override': 'localhost' },
    );
    const gateway = connect({
        client,
        hash: hash.sha256,
        ...(await adminOf(deployment, org)),
        endorseOptions: () => ({ deadline: Date.now() + 5_000 }),
    });
    try {
        for (const chaincode of chaincodeNames) {
            await awaitChaincode(deployment, gateway, org, chaincode);
        }
    } finally {
        gateway.close();
        client.close();
    }
}

async function awaitChaincode(
    deployment: Deployment,
    gateway: Gateway,
    org: OrgName,
    chaincode: ChaincodeName,
): Promise<void> {
    let refusal: unknown;
    const answered = await poll(
        async () => {
            refusal = await probe(gateway, deployment.settings.channel, chaincode);
            return refusal === undefined ? true : undefined;
        },
        { timeoutMs: readyTimeoutMs, intervalMs: 100 },
    );
    if (answered === undefined) {
        const message = `${chaincode} does not answer through ${peerOf(org)}: ${describe(refusal)}`;
        throw await deployment.supervisor.failure(peerOf(org), message, afterFailure(peerOf(org)), refusal);
    }
}

/**
 * Asks for the contract's own description, which reads and writes nothing. Undefined when the chaincode answered:
 * an error of its own making is an answer too.
 */
async function probe(gateway: Gateway, channel: string, chaincode: ChaincodeName): Promise<unknown> {
    const contract = gateway.getNetwork(channel).getContract(chaincode);
    const proposal = contract.newProposal('org.hyperledger.fabric:GetMetadata', {
        endorsingOrganizations: orgNames.map(mspIdOf),
    });
    try {
        await proposal.endorse();
        return undefined;
    } catch (error) {
        return isChaincodeAnswer(error) ? undefined : error;
    }
}

function isChaincodeAnswer(error: unknown): boolean {
    return error instanceof EndorseError && error.details.some(({ message }) => /chaincode response \d+/.test(message));
}

function describe(error: unknown): string {
    const details = error instanceof EndorseError ? error.details.map((each) => `${each.mspId}: ${each.message}`) : [];
    return [messageOf(error), ...details].join('; ');
}

async function adminOf(deployment: Deployment, org: OrgName): Promise<Pick<ConnectOptions, 'identity' | 'signer'>> {
    const msp = deployment.folder.adminMsp(org);
    const certificate = await readFile(await onlyFileIn(join(msp, 'signcerts')));
    const key = createPrivateKey(await readFile(await onlyFileIn(join(msp, 'keystore'))));
    return { identity: { mspId: mspIdOf(org), credentials: certificate }, signer: signers.newPrivateKeySigner(key) };
}

async function onlyFileIn(folder: string): Promise<string> {
    const [name] = await readdir(folder);
    if (name === undefined) {
        throw new Error(`${folder} is empty`);
    }
    return join(folder, name);
}
