import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { discovery, msp, peer as protos } from '@hyperledger/fabric-protos';
import type { Deployment } from '../deployment.js';
import { afterFailure } from '../process/supervisor.js';
import { mspIdOf, peersOf, type ProcessSpec } from '../topology.js';
import { poll } from '../wait.js';
import { adminOf, peerAddress } from './admin.js';
import { chaincodeNames } from './chaincode-package.js';

const metTimeoutMs = 30_000;
const askTimeoutMs = 3_000;

/** Waits until every other peer that answers knows this one and that it serves the chaincodes: so gateways choose it. */
export async function awaitDiscovered(deployment: Deployment, peer: ProcessSpec): Promise<void> {
    const expected = peersOf(deployment.settings).filter(({ org }) => org === peer.org).length;
    for (const other of peersOf(deployment.settings).filter(({ name }) => name !== peer.name)) {
        if ((await deployment.supervisor.find(other.name)) === undefined) {
            continue;
        }
        const met = await poll(
            async () => {
                const known = await knownPeers(deployment, other, mspIdOf(peer.org)).catch(() => 0);
                return known >= expected ? true : undefined;
            },
            { timeoutMs: metTimeoutMs, intervalMs: 200 },
        );
        if (met === undefined) {
            const message = `${other.name} has not met ${peer.name}.`;
            throw await deployment.supervisor.failure(peer.name, message, afterFailure(peer.name));
        }
    }
}

/** How many peers of an organization a peer would ask to endorse, by its own discovery service. */
async function knownPeers(deployment: Deployment, asked: ProcessSpec, mspId: string): Promise<number> {
    const client = new Client(
        peerAddress(deployment, asked.name),
        credentials.createSsl(await readFile(deployment.folder.tlsRootCertificate(asked.org))),
        { 'grpc.ssl_target_name_override': 'localhost' },
    );
    try {
        const response = await ask(client, await signedRequest(deployment, asked));
        const [result] = response.getResultsList();
        const peers = result?.getMembers()?.getPeersByOrgMap() as Named<discovery.Peers> | undefined;
        return peers?.get(mspId)?.getPeersList().length ?? 0;
    } finally {
        client.close();
    }
}

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{ get: (name: string) => Value | undefined }>;

async function signedRequest(deployment: Deployment, { org }: ProcessSpec): Promise<discovery.SignedRequest> {
    const { identity, signer } = await adminOf(deployment.folder, org);
    const serialized = new msp.SerializedIdentity();
    serialized.setMspid(identity.mspId);
    serialized.setIdBytes(identity.credentials);
    const authentication = new discovery.AuthInfo();
    authentication.setClientIdentity(serialized.serializeBinary());
    const request = new discovery.Request();
    request.setAuthentication(authentication);
    request.addQueries(peersOfChaincodes(deployment.settings.channel));
    const payload = request.serializeBinary();
    const signed = new discovery.SignedRequest();
    signed.setPayload(payload);
    signed.setSignature(await signer(payload));
    return signed;
}

function peersOfChaincodes(channel: string): discovery.Query {
    const interest = new protos.ChaincodeInterest();
    for (const name of chaincodeNames) {
        const call = new protos.ChaincodeCall();
        call.setName(name);
        interest.addChaincodes(call);
    }
    const membership = new discovery.PeerMembershipQuery();
    membership.setFilter(interest);
    const query = new discovery.Query();
    query.setChannel(channel);
    query.setPeerQuery(membership);
    return query;
}

async function ask(client: Client, request: discovery.SignedRequest): Promise<discovery.Response> {
    return await new Promise((resolve, reject) => {
        client.makeUnaryRequest(
            '/discovery.Discovery/Discover',
            (sent: discovery.SignedRequest) => Buffer.from(sent.serializeBinary()),
            (bytes: Buffer) => discovery.Response.deserializeBinary(bytes),
            request,
            { deadline: Date.now() + askTimeoutMs },
            (error, response) => {
                if (error !== null || response === undefined) {
                    reject(error ?? new Error('no answer'));
                } else {
                    resolve(response);
                }
            },
        );
    });
}
