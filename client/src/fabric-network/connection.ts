import type { ConnectionProfile, GatewayPeer, NodeAddress } from '../connection-profile.js';
import type { Identity } from '../identity.js';
import { gatewayIdentity } from './certificate-user.js';
import type {
    Channel,
    Client,
    Committer,
    Endorser,
    Endpoint,
    FabricNetwork,
    Gateway,
    IdentityContext,
    Node,
    Signable,
} from './library.js';

/** How long a node may take to accept a connection. */
const CONNECT_MS_MAX = 2_000;
const DISCOVERY_MS_MAX = 3_000;
/** Peers that nobody knows of are not asked for more often. */
const REDISCOVER_AFTER_MS = 3_000;

/**
 * One channel as fabric-network sees it: the profile's peers and orderers, and those that a peer's discovery service
 * knows besides. Nodes are connected when they are first needed.
 */
export class FabricNetworkConnection {
    readonly channel: Channel;
    readonly identityContext: IdentityContext;
    readonly #gateway: Gateway;
    readonly #identity: Identity;
    readonly #profile: ConnectionProfile;
    readonly #connecting = new Map<Node, Promise<boolean>>();
    #discovering: Promise<void> | null = null;
    #discoveredMs = 0;

    private constructor(gateway: Gateway, channel: Channel, profile: ConnectionProfile, identity: Identity) {
        if (gateway.identityContext === undefined) {
            throw new Error('fabric-network connected without an identity');
        }
        this.#gateway = gateway;
        this.identityContext = gateway.identityContext;
        this.channel = channel;
        this.#profile = profile;
        this.#identity = identity;
    }

    static async open(
        { Gateway }: FabricNetwork,
        profile: ConnectionProfile,
        identity: Identity,
    ): Promise<FabricNetworkConnection> {
        const gateway = new Gateway();
        // An empty profile: the package would connect to every node of a profile before it goes on.
        await gateway.connect({}, { ...gatewayIdentity(identity), discovery: { enabled: false } });
        const channel = (await gateway.getNetwork(profile.channel)).getChannel();
        const { client } = channel;
        for (const peer of profile.gateways) {
            const endorser = client.getEndorser(peer.name, peer.mspId);
            endorser.setEndpoint(endpointOf(client, peer));
            channel.addEndorser(endorser);
        }
        for (const orderer of profile.orderers) {
            const committer = client.getCommitter(orderer.name);
            committer.setEndpoint(endpointOf(client, orderer));
            channel.addCommitter(committer);
        }
        const connection = new FabricNetworkConnection(gateway, channel, profile, identity);
        await connection.#discover();
        return connection;
    }

    /** A connected peer of an organisation; `null` when none answers. */
    async endorserOf(mspId: string): Promise<Endorser | null> {
        if (this.channel.getEndorsers(mspId).length === 0) {
            await this.#discover();
        }
        for (const endorser of this.channel.getEndorsers(mspId)) {
            if (await this.isReady(endorser)) {
                return endorser;
            }
        }
        return null;
    }

    /** The endorser of a peer of the profile. */
    endorser(peer: GatewayPeer): Endorser {
        return this.channel.client.getEndorser(peer.name, peer.mspId);
    }

    /** A connection to a peer's blocks, apart from the one for its endorsements. */
    eventer(peer: GatewayPeer): Node {
        const eventer = this.channel.client.newEventer(peer.name, peer.mspId);
        eventer.setEndpoint(endpointOf(this.channel.client, peer));
        return eventer;
    }

    async committers(): Promise<readonly Committer[]> {
        if (this.channel.getCommitters().length === 0) {
            await this.#discover();
        }
        return this.channel.getCommitters();
    }

    /** Whether a node can be asked now. Asking twice at once would close the connection that the first one opens. */
    async isReady(node: Node): Promise<boolean> {
        let asked = this.#connecting.get(node);
        if (asked === undefined) {
            asked = node.checkConnection().finally(() => this.#connecting.delete(node));
            this.#connecting.set(node, asked);
        }
        return await asked;
    }

    /** Has bytes that the package built signed by the identity, wherever its key is. */
    async sign(action: Signable, bytes: Uint8Array): Promise<void> {
        action.sign(Buffer.from(await this.#identity.signer(bytes)));
    }

    close(): void {
        this.#gateway.disconnect();
    }

    /** Asks peers for the others; without discovery the profile's have to do. */
    async #discover(): Promise<void> {
        if (Date.now() - this.#discoveredMs > REDISCOVER_AFTER_MS) {
            this.#discovering ??= this.#askForPeers()
                .catch(() => undefined)
                .finally(() => {
                    this.#discovering = null;
                    this.#discoveredMs = Date.now();
                });
        }
        await this.#discovering;
    }

    async #askForPeers(): Promise<void> {
        const { client } = this.channel;
        const targets = this.#profile.gateways.map((peer) => {
            const discoverer = client.newDiscoverer(peer.name, peer.mspId);
            discoverer.setEndpoint(endpointOf(client, peer));
            return discoverer;
        });
        try {
            const service = this.channel.newDiscoveryService(this.#profile.channel);
            await this.sign(service, service.build(this.identityContext));
            const asLocalhost = this.#profile.gateways.every(({ address }) => isLoopback(address));
            await service.send({ asLocalhost, targets, requestTimeout: DISCOVERY_MS_MAX });
        } finally {
            targets.forEach((target) => {
                target.disconnect();
            });
        }
    }
}

function endpointOf(client: Client, node: NodeAddress): Endpoint {
    return client.newEndpoint({
        url: `grpcs://${node.address}`,
        pem: node.tlsCaPem,
        'grpc-wait-for-ready-timeout': CONNECT_MS_MAX,
        ...(node.serverName === null ? {} : { 'ssl-target-name-override': node.serverName }),
        ...node.channelOptions,
    });
}

const isLoopback = (address: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\]):/.test(address);
