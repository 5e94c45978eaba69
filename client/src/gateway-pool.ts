import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash, type Network } from '@hyperledger/fabric-gateway';
import type { ConnectionProfile, GatewayPeer } from './connection-profile.js';
import { UnavailableError } from './errors.js';
import { GatewayAway, PeersUnknown } from './gateway-errors.js';
import type { Identity } from './identity.js';
import type { Stream } from './transport.js';

/** How long a peer that did not answer is passed over. */
const AWAY_MS = 3_000;
const EVALUATE_MS_MAX = 5_000;
/** A peer that hangs while endorsing must not use up the time in which a caller expects a typed answer. */
const ENDORSE_MS_MAX = 5_000;
const SUBMIT_MS_MAX = 5_000;

/** An open gateway of one peer. */
export type GatewayLink = Readonly<{ peer: GatewayPeer; gateway: Gateway; network: Network; client: Client }>;

/**
 * Gateways of several peers, the own organisation's first. Work goes to the first that answers; one that does not is
 * passed over for a moment and then tried again, so that a client returns to its own peer by itself.
 */
export class GatewayPool {
    readonly #profile: ConnectionProfile;
    readonly #identity: Identity;
    readonly #links = new Map<string, GatewayLink>();
    readonly #awayUntilMs = new Map<string, number>();
    readonly #streams = new Map<Stream<unknown>, string>();
    #isClosed = false;

    constructor(profile: ConnectionProfile, identity: Identity) {
        this.#profile = profile;
        this.#identity = identity;
    }

    /**
     * Does the work on one gateway after the other until one answers.
     * @param work throws GatewayAway where the peer itself does not answer, PeersUnknown where it knows too few others
     * @throws UnavailableError GATEWAY_UNAVAILABLE {peers}, PEER_UNAVAILABLE {organizations} · whatever else the work
     * throws
     */
    async perform<Result>(work: (link: GatewayLink) => Promise<Result>): Promise<Result> {
        let unknownPeers: UnavailableError | null = null;
        let lastCause: unknown = this.#isClosed ? 'the connection was closed' : undefined;
        for (const peer of this.#isClosed ? [] : this.#inOrder()) {
            try {
                return await work(this.#linkTo(peer));
            } catch (error) {
                if (error instanceof PeersUnknown) {
                    unknownPeers = error.unavailable;
                } else if (error instanceof GatewayAway) {
                    this.#passOver(peer);
                    lastCause = error.cause;
                } else {
                    throw error;
                }
            }
        }
        const peers = this.#profile.gateways.map((peer) => peer.name);
        throw (
            unknownPeers ?? new UnavailableError({ code: 'GATEWAY_UNAVAILABLE', operands: { peers }, cause: lastCause })
        );
    }

    /**
     * Opens a stream on one gateway. When it breaks, its iteration ends with an error and the peer is passed over, so
     * that opening it again leads to another peer.
     */
    async openStream<Item>(open: (link: GatewayLink) => Promise<Stream<Item>>): Promise<Stream<Item>> {
        const { stream, peer } = await this.perform(async (link) => ({ stream: await open(link), peer: link.peer }));
        this.#streams.set(stream, peer.name);
        const close = (): void => {
            this.#streams.delete(stream);
            stream.close();
        };
        return { close, [Symbol.asyncIterator]: () => this.#iterate(stream, peer) };
    }

    get isClosed(): boolean {
        return this.#isClosed;
    }

    close(): void {
        this.#isClosed = true;
        for (const stream of this.#streams.keys()) {
            stream.close(); // closing the connection would wait for it
        }
        this.#streams.clear();
        for (const link of this.#links.values()) {
            link.gateway.close();
            link.client.close();
        }
        this.#links.clear();
    }

    async *#iterate<Item>(stream: Stream<Item>, peer: GatewayPeer): AsyncGenerator<Item> {
        try {
            yield* stream;
        } catch (error) {
            if (this.#streams.has(stream)) {
                this.#passOver(peer); // it was not closed here
            }
            throw error;
        } finally {
            this.#streams.delete(stream);
        }
    }

    /** Turns to other peers for a moment; streams of a peer that hangs would stay silent, so they end too. */
    #passOver(peer: GatewayPeer): void {
        this.#awayUntilMs.set(peer.name, Date.now() + AWAY_MS);
        for (const [stream, name] of [...this.#streams]) {
            if (name === peer.name) {
                this.#streams.delete(stream);
                stream.close();
            }
        }
    }

    /** Those said to be away come last: if nothing else answers, they are worth a try. */
    #inOrder(): GatewayPeer[] {
        const nowMs = Date.now();
        const isAway = (peer: GatewayPeer): boolean => (this.#awayUntilMs.get(peer.name) ?? 0) > nowMs;
        const { gateways } = this.#profile;
        return [...gateways.filter((peer) => !isAway(peer)), ...gateways.filter(isAway)];
    }

    #linkTo(peer: GatewayPeer): GatewayLink {
        const open = this.#links.get(peer.name);
        if (open !== undefined) {
            return open;
        }
        const link = this.#open(peer);
        this.#links.set(peer.name, link);
        return link;
    }

    #open(peer: GatewayPeer): GatewayLink {
        const client = new Client(peer.address, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
            ...(peer.serverName === null ? {} : { 'grpc.ssl_target_name_override': peer.serverName }),
            // A peer that comes back is used again within the time for which it is passed over.
            'grpc.max_reconnect_backoff_ms': AWAY_MS,
            'grpc.max_receive_message_length': -1, // a block may be larger than gRPC's default of 4 MiB
            ...peer.channelOptions,
        });
        const within = (ms: number) => () => ({ deadline: Date.now() + ms });
        const gateway = connect({
            client,
            identity: { mspId: this.#identity.mspId, credentials: Buffer.from(this.#identity.certificate) },
            signer: this.#identity.signer,
            hash: hash.none, // the signer hashes
            evaluateOptions: within(EVALUATE_MS_MAX),
            endorseOptions: within(ENDORSE_MS_MAX),
            submitOptions: within(SUBMIT_MS_MAX),
        });
        return { peer, client, gateway, network: gateway.getNetwork(this.#profile.channel) };
    }
}
