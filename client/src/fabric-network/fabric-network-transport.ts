import { common } from '@hyperledger/fabric-protos';
import { CommitWatch } from '../commit-watch.js';
import type { ConnectionProfile, GatewayPeer } from '../connection-profile.js';
import type { Identity } from '../identity.js';
import { receiptOf } from '../ordered-transaction.js';
import { PeerPool } from '../peer-pool.js';
import type { Call, Receipt, Stream, Transport } from '../transport.js';
import { filteredBlocks, fullBlocks } from './block-streams.js';
import { FabricNetworkConnection } from './connection.js';
import { type FabricNetwork, loadFabricNetwork } from './library.js';
import { endorse, evaluateOn } from './proposals.js';

/**
 * The transport on fabric-network 2.2, for networks whose peers have no gateway service. Queries and blocks come from
 * any peer of the profile, the own organisation's first; endorsements from a peer of each organisation named.
 */
export class FabricNetworkTransport implements Transport {
    readonly #library: FabricNetwork;
    readonly #profile: ConnectionProfile;
    readonly #identity: Identity;
    readonly #peers: PeerPool<GatewayPeer>;
    readonly #commits: CommitWatch;
    #connection: Promise<FabricNetworkConnection> | null = null;

    private constructor(library: FabricNetwork, profile: ConnectionProfile, identity: Identity) {
        this.#library = library;
        this.#profile = profile;
        this.#identity = identity;
        this.#peers = new PeerPool(profile.gateways, { open: (peer) => peer, close: () => undefined });
        this.#commits = new CommitWatch({
            height: () => this.height(),
            filteredBlocks: (fromBlock) =>
                this.#peers.openStream(async (peer) => filteredBlocks(await this.#connected(), peer, fromBlock)),
        });
    }

    /** Connections open with the first call. @throws NotFoundError PACKAGE_MISSING {package} */
    static async create(profile: ConnectionProfile, identity: Identity): Promise<FabricNetworkTransport> {
        return new FabricNetworkTransport(await loadFabricNetwork(), profile, identity);
    }

    async evaluate({ chaincode, verb, command }: Call): Promise<string> {
        const bytes = await this.#peers.perform((peer) => this.#ask(peer, chaincode, verb, [command]));
        return Buffer.from(bytes).toString('utf8');
    }

    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        await this.#commits.start();
        return await receiptOf(await endorse(await this.#connected(), call, endorsers), this.#commits, call.deadlineMs);
    }

    async height(): Promise<number> {
        const { channel } = this.#profile;
        const bytes = await this.#peers.perform((peer) => this.#ask(peer, 'qscc', 'GetChainInfo', [channel]));
        return common.BlockchainInfo.deserializeBinary(bytes).getHeight();
    }

    async blocks(fromBlock: number): Promise<Stream<common.Block>> {
        const { channel } = this.#profile;
        return await this.#peers.openStream(async (peer) =>
            fullBlocks(await filteredBlocks(await this.#connected(), peer, fromBlock), (blockNumber) =>
                this.#ask(peer, 'qscc', 'GetBlockByNumber', [channel, String(blockNumber)]),
            ),
        );
    }

    close(): void {
        this.#commits.close();
        this.#peers.close();
        void this.#connection?.then(
            (connection) => {
                connection.close();
            },
            () => undefined,
        );
    }

    get isClosed(): boolean {
        return this.#peers.isClosed;
    }

    async #ask(peer: GatewayPeer, chaincode: string, verb: string, args: readonly string[]): Promise<Uint8Array> {
        const connection = await this.#connected();
        return await evaluateOn(connection, connection.endorser(peer), { chaincode, verb, args });
    }

    async #connected(): Promise<FabricNetworkConnection> {
        this.#connection ??= FabricNetworkConnection.open(this.#library, this.#profile, this.#identity).catch(
            (error: unknown) => {
                this.#connection = null; // the next call tries again
                throw error;
            },
        );
        return await this.#connection;
    }
}
