import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, EndorseError, hash, type Gateway } from '@hyperledger/fabric-gateway';
import type { Deployment } from '../deployment.js';
import { messageOf } from '../network-error.js';
import { afterFailure } from '../process/supervisor.js';
import { mspIdOf, orgNames, peersOf, type ProcessSpec } from '../topology.js';
import { poll } from '../wait.js';
import { adminOf, peerAddress } from './admin.js';
import { chaincodeNames, type ChaincodeName } from './chaincode-package.js';
import { heightAt } from './channel.js';
import { awaitDiscovered } from './discovery.js';

const readyTimeoutMs = 20_000;

/**
 * Ready means that a real proposal is endorsed by all four organizations through each of the gateways, for both
 * chaincodes. A healthy process is not enough: until gossip has converged, a gateway knows of no other endorser.
 */
export async function awaitGateways(deployment: Deployment, detail: (text: string) => void): Promise<string> {
    const startedMs = performance.now();
    await Promise.all(
        peersOf(deployment.settings).map(async (peer) => {
            await awaitBlocks(deployment, peer);
            await awaitGateway(deployment, peer);
            if (peer.ordinal > 1) {
                await awaitDiscovered(deployment, peer);
            }
            detail(`${peer.name} answers`);
        }),
    );
    return `all answer (waited ${((performance.now() - startedMs) / 1000).toFixed(1)} s)`;
}

/** A peer that has only just joined commits every block there is first, however long that takes: as long as it goes on. */
async function awaitBlocks(deployment: Deployment, peer: ProcessSpec): Promise<void> {
    if (peer.ordinal === 1) {
        return;
    }
    const firsts = peersOf({ secondPeers: [] });
    const heights = await Promise.all(firsts.map((each) => heightAt(deployment, each)));
    const target = Math.max(0, ...heights.flatMap((height) => height ?? []));
    for (let reached = -1; reached < target;) {
        const more = await poll(
            async () => {
                const height = (await heightAt(deployment, peer)) ?? 0;
                return height > reached ? height : undefined;
            },
            { timeoutMs: readyTimeoutMs, intervalMs: 100 },
        );
        if (more === undefined) {
            const message = `${peer.name} has ${String(reached)} of ${String(target)} blocks and gets no more.`;
            throw await deployment.supervisor.failure(peer.name, message, afterFailure(peer.name));
        }
        reached = more;
    }
}

async function awaitGateway(deployment: Deployment, { org, name }: ProcessSpec): Promise<void> {
    const client = new Client(
        peerAddress(deployment, name),
        credentials.createSsl(await readFile(deployment.folder.tlsRootCertificate(org))),
        { 'grpc.ssl_target_name_override': 'localhost' },
    );
    const gateway = connect({
        client,
        hash: hash.none,
        ...(await adminOf(deployment.folder, org)),
        endorseOptions: () => ({ deadline: Date.now() + 5_000 }),
    });
    try {
        for (const chaincode of chaincodeNames) {
            await awaitChaincode(deployment, gateway, name, chaincode);
        }
    } finally {
        gateway.close();
        client.close();
    }
}

async function awaitChaincode(
    deployment: Deployment,
    gateway: Gateway,
    peer: string,
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
        const message = `${chaincode} does not answer through ${peer}: ${describe(refusal)}`;
        throw await deployment.supervisor.failure(peer, message, afterFailure(peer), refusal);
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
