import { Client, credentials } from '@grpc/grpc-js';
import { connect, EndorseError, type Gateway, GatewayError, hash, type Transaction } from '@hyperledger/fabric-gateway';
import { common, gateway as protos, peer } from '@hyperledger/fabric-protos';
import { identityOf, readConnectionProfile } from '@commonwatt/client';
import { mspIdOf, type Network, type OrgName, orgNames } from '@commonwatt/network';
import { decodeError, type WireError } from '@commonwatt/chaincode/wire/errors';
import type { Actor } from './actors.js';

type Chaincode = 'exchange' | 'supervision' | 'qscc';
/** A proposal without any of the SDK's checks: whatever bytes as arguments. */
export type RawCall = Readonly<{ chaincode: Chaincode; verb: string; args: readonly (string | Uint8Array)[] }>;

/** What one organisation's peer said of a proposal. */
export type PeerRefusal = Readonly<{ mspId: string; error: WireError | null; text: string }>;

/** A gateway as any Fabric client has it, on the peer of the actor's organisation, without the SDK in between. */
export class RawGateway {
    readonly #client: Client;
    readonly #gateway: Gateway;
    readonly #channel: string;

    private constructor(client: Client, gateway: Gateway, channel: string) {
        this.#client = client;
        this.#gateway = gateway;
        this.#channel = channel;
    }

    /** @param certificates what the actor says its certificate is, where that is not its own */
    static async open(
        network: Network,
        { org, entry }: Pick<Actor, 'org' | 'entry'>,
        certificates = entry.certificate,
    ): Promise<RawGateway> {
        const profile = await readConnectionProfile(network.profilePath(org));
        const peer = profile.gateways.find((each) => each.mspId === mspIdOf(org));
        if (peer === undefined) {
            throw new Error(`${org} has no peer in its connection profile`);
        }
        const client = new Client(peer.address, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
            'grpc.ssl_target_name_override': 'localhost',
        });
        const { mspId, signer } = identityOf(entry);
        const identity = { mspId, credentials: Buffer.from(certificates) };
        return new RawGateway(client, connect({ client, identity, signer, hash: hash.none }), profile.channel);
    }

    /** Asks the peer of one organisation. */
    async evaluate(call: RawCall, org: OrgName): Promise<Buffer> {
        return Buffer.from(await this.#proposal(call, [org]).evaluate());
    }

    async endorse(call: RawCall, orgs: readonly OrgName[] = orgNames): Promise<Transaction> {
        return await this.#proposal(call, orgs).endorse();
    }

    /** The same transaction as nobody has endorsed it. */
    bare(transaction: Transaction): Transaction {
        const prepared = protos.PreparedTransaction.deserializeBinary(transaction.getBytes());
        const envelope = prepared.getEnvelope() ?? new common.Envelope();
        const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
        const content = peer.Transaction.deserializeBinary(payload.getData_asU8());
        for (const each of content.getActionsList()) {
            const action = peer.ChaincodeActionPayload.deserializeBinary(each.getPayload_asU8());
            action.getAction()?.setEndorsementsList([]);
            each.setPayload(action.serializeBinary());
        }
        payload.setData(content.serializeBinary());
        envelope.setPayload(payload.serializeBinary());
        prepared.setEnvelope(envelope);
        return this.#gateway.newTransaction(prepared.serializeBinary());
    }

    /** What every peer says against a proposal that must be refused. */
    async refusals(call: RawCall): Promise<PeerRefusal[]> {
        try {
            await this.endorse(call);
        } catch (error) {
            if (error instanceof EndorseError) {
                return error.details.map(({ mspId, message }) => ({
                    mspId,
                    error: decodeError(message),
                    text: message,
                }));
            }
            throw error;
        }
        return [];
    }

    /** What one peer says against a query that must be refused; `null` when it answers. */
    async refusalOfQuery(call: RawCall, org: OrgName): Promise<PeerRefusal | null> {
        try {
            await this.evaluate(call, org);
        } catch (error) {
            if (error instanceof GatewayError) {
                const text = error.details[0]?.message ?? error.message;
                return { mspId: mspIdOf(org), error: decodeError(text), text };
            }
            throw error;
        }
        return null;
    }

    close(): void {
        this.#gateway.close();
        this.#client.close();
    }

    #proposal({ chaincode, verb, args }: RawCall, orgs: readonly OrgName[]): ReturnType<typeof newProposal> {
        const contract = this.#gateway.getNetwork(this.#channel).getContract(chaincode);
        return newProposal(contract, verb, args, orgs);
    }
}

type Contract = ReturnType<ReturnType<Gateway['getNetwork']>['getContract']>;

function newProposal(
    contract: Contract,
    verb: string,
    args: readonly (string | Uint8Array)[],
    orgs: readonly OrgName[],
): ReturnType<Contract['newProposal']> {
    return contract.newProposal(verb, { arguments: [...args], endorsingOrganizations: orgs.map(mspIdOf) });
}

/** A gateway for the tests of a suite, opened before them and closed after them. */
export function withGateway(open: () => Promise<RawGateway>): () => RawGateway {
    let gateway: RawGateway | undefined;
    before(async () => {
        gateway = await open();
    });
    after(() => gateway?.close());
    return () => {
        if (gateway === undefined) {
            throw new Error('the gateway is open only while tests run');
        }
        return gateway;
    };
}

/** Sends an endorsed transaction to be ordered, whenever that is, and returns how the peers judged it. */
export async function submitLate(transaction: Transaction): Promise<number> {
    const submitted = await transaction.submit();
    return (await submitted.getStatus()).code;
}
