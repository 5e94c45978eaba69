import type { GatewayPeer } from './connection-profile.js';
import { UnavailableError } from './errors.js';
import type { Stream } from './transport.js';

/** How long a peer that did not answer is passed over. */
export const AWAY_MS = 3_000;

/** The peer that was asked did not answer, so another one may do the same. */
export class PeerAway extends Error {
    /** It let the time pass in which it was to answer: it may only be busy. */
    readonly isSilent: boolean;

    constructor(cause: unknown, isSilent = false) {
        super('the peer does not answer', { cause });
        this.isSilent = isSilent;
    }
}

/**
 * The gateway peer knows no peers of some organisations. They may be away, or it has only just started and not yet met
 * them; another gateway tells.
 */
export class PeersUnknown extends Error {
    readonly unavailable: UnavailableError;

    constructor(unavailable: UnavailableError) {
        super(unavailable.message, { cause: unavailable });
        this.unavailable = unavailable;
    }
}

/** How a client library's connection to one peer is opened and closed. */
export type PeerLinks<Link> = Readonly<{ open: (peer: GatewayPeer) => Link; close: (link: Link) => void }>;

/**
 * Connections to several peers, the own organisation's first. Work goes to the first that answers; one that does not is
 * passed over for a moment and then tried again, so that a client returns to its own peer by itself.
 */
export class PeerPool<Link> {
    readonly #peers: readonly GatewayPeer[];
    readonly #connections: PeerLinks<Link>;
    readonly #links = new Map<string, Link>();
    readonly #awayUntilMs = new Map<string, number>();
    readonly #answeredMs = new Map<string, number>();
    readonly #streams = new Map<Stream<unknown>, string>();
    #isClosed = false;

    constructor(peers: readonly GatewayPeer[], connections: PeerLinks<Link>) {
        this.#peers = peers;
        this.#connections = connections;
    }

    /**
     * Does the work on one peer after the other until one answers.
     * @param work throws PeerAway where the peer itself does not answer, PeersUnknown where it knows too few others
     * @throws UnavailableError GATEWAY_UNAVAILABLE {peers}, PEER_UNAVAILABLE {organizations} · whatever else the work
     * throws
     */
    async perform<Result>(work: (link: Link, peer: GatewayPeer) => Promise<Result>): Promise<Result> {
        let unknownPeers: UnavailableError | null = null;
        let lastCause: unknown = this.#isClosed ? 'the connection was closed' : undefined;
        for (const peer of this.#isClosed ? [] : this.#inOrder()) {
            const askedMs = Date.now();
            try {
                const result = await work(this.#linkTo(peer), peer);
                this.#answeredMs.set(peer.name, Date.now());
                return result;
            } catch (error) {
                if (error instanceof PeersUnknown) {
                    unknownPeers = error.unavailable;
                } else if (error instanceof PeerAway) {
                    lastCause = error.cause;
                    this.#unanswered(peer, error, askedMs);
                } else {
                    throw error;
                }
            }
        }
        const peers = this.#peers.map((peer) => peer.name);
        throw (
            unknownPeers ?? new UnavailableError({ code: 'GATEWAY_UNAVAILABLE', operands: { peers }, cause: lastCause })
        );
    }

    /**
     * Opens a stream on one peer. When it breaks, its iteration ends with an error and the peer is passed over, so
     * that opening it again leads to another peer.
     */
    async openStream<Item>(open: (link: Link) => Promise<Stream<Item>>): Promise<Stream<Item>> {
        const { stream, peer } = await this.perform(async (link, served) => ({
            stream: await open(link),
            peer: served,
        }));
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
            this.#connections.close(link);
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

    /** A peer that lets one call wait while it answers others is there, and so are the streams from it. */
    #unanswered(peer: GatewayPeer, { isSilent }: PeerAway, askedMs: number): void {
        const middleMs = (askedMs + Date.now()) / 2;
        const isBusy = isSilent && (this.#answeredMs.get(peer.name) ?? 0) >= middleMs;
        if (!isBusy) {
            this.#passOver(peer);
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
        return [...this.#peers.filter((peer) => !isAway(peer)), ...this.#peers.filter(isAway)];
    }

    #linkTo(peer: GatewayPeer): Link {
        const open = this.#links.get(peer.name);
        if (open !== undefined) {
            return open;
        }
        const link = this.#connections.open(peer);
        this.#links.set(peer.name, link);
        return link;
    }
}
