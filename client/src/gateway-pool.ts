import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash, type Network } from '@hyperledger/fabric-gateway';
import type { ConnectionProfile, GatewayPeer } from './connection-profile.js';
import type { Identity } from './identity.js';
import { AWAY_MS, PeerPool } from './peer-pool.js';

const EVALUATE_MS_MAX = 5_000;
/** A peer that hangs while endorsing must not use up the time in which a caller expects a typed answer. */
const ENDORSE_MS_MAX = 5_000;
const SUBMIT_MS_MAX = 5_000;

/** An open gateway of one peer. */
export type GatewayLink = Readonly<{ gateway: Gateway; network: Network; client: Client }>;

/** The gateways of the profile's peers. */
export function gatewayPool(profile: ConnectionProfile, identity: Identity): PeerPool<GatewayLink> {
    return new PeerPool(profile.gateways, {
        open: (peer) => gatewayLink(peer, profile.channel, identity),
        close: ({ gateway, client }) => {
            gateway.close();
            client.close();
        },
    });
}

function gatewayLink(peer: GatewayPeer, channel: string, identity: Identity): GatewayLink {
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
        identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
        signer: identity.signer,
        hash: hash.none, // the signer hashes
        evaluateOptions: within(EVALUATE_MS_MAX),
        endorseOptions: within(ENDORSE_MS_MAX),
        submitOptions: within(SUBMIT_MS_MAX),
    });
    return { client, gateway, network: gateway.getNetwork(channel) };
}
