import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InvalidError } from './errors.js';
import { readJsonFile } from './json-file.js';

/** A peer or an orderer, and how to know it. */
export type NodeAddress = Readonly<{
    name: string;
    /** `host:port` */
    address: string;
    /** CA certificates that vouch for the node's TLS certificate. */
    tlsCaPem: string;
    /** Name in the node's TLS certificate, where it is not the host's. */
    serverName: string | null;
    /** Options of the gRPC channel (`grpc.…`), such as keepalive. */
    channelOptions: Readonly<Record<string, string | number>>;
}>;

/** A peer that a client may use, by its gateway service where it has one. */
export type GatewayPeer = NodeAddress & Readonly<{ mspId: string }>;

/** A certificate and its private key, as files. */
export type KeyFiles = Readonly<{ certificate: string; privateKey: string }>;

/** What one organisation's client needs to know of the network. */
export type ConnectionProfile = Readonly<{
    org: string;
    mspId: string;
    channel: string;
    chaincodes: Readonly<{ supervision: string; exchange: string }>;
    /** The own organisation's first; the next is used when one does not answer. */
    gateways: readonly GatewayPeer[];
    /** Where transactions are ordered; a gateway knows by itself. */
    orderers: readonly NodeAddress[];
    /** MSP of every organisation on the channel, the own one first. */
    mspIds: readonly string[];
    /** On a development network: the organisation's CA and administrator. */
    developmentCa: KeyFiles | null;
    admin: KeyFiles | null;
}>;

const keyFilesSchema = z.object({ certificate: z.string().min(1), privateKey: z.string().min(1) });

const nodeSchema = z.object({
    url: z.string().regex(/^grpcs:\/\/[^/]+:\d+$/, 'grpcs://host:port'),
    tlsCACerts: z.object({ pem: z.string().includes('BEGIN CERTIFICATE') }),
    grpcOptions: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

const profileSchema = z.object({
    organizations: z.record(z.string(), z.object({ mspid: z.string().min(1), peers: z.array(z.string()).default([]) })),
    peers: z.record(z.string(), nodeSchema),
    orderers: z.record(z.string(), nodeSchema).default({}),
    'x-commonwatt': z.object({
        org: z.string().min(1),
        mspId: z.string().min(1),
        channel: z.string().min(1),
        chaincodes: z.object({ supervision: z.string().min(1), exchange: z.string().min(1) }),
        gateways: z.array(z.string()).min(1),
        developmentCa: keyFilesSchema.optional(),
        admin: keyFilesSchema.optional(),
    }),
});
type ProfileDocument = z.output<typeof profileSchema>;

/**
 * Reads a connection profile: Fabric's common format, with our `x-commonwatt` part. File names in it are relative to
 * the profile.
 * @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason}
 */
export async function readConnectionProfile(file: string): Promise<ConnectionProfile> {
    const document = await readJsonFile(file, profileSchema);
    const extension = document['x-commonwatt'];
    const folder = dirname(resolve(file));
    const absolute = (files: z.output<typeof keyFilesSchema> | undefined): KeyFiles | null =>
        files === undefined
            ? null
            : {
                  certificate: resolve(folder, files.certificate),
                  privateKey: resolve(folder, files.privateKey),
              };
    const others = Object.values(document.organizations).map((organization) => organization.mspid);
    return {
        org: extension.org,
        mspId: extension.mspId,
        channel: extension.channel,
        chaincodes: extension.chaincodes,
        gateways: extension.gateways.map((name) => gatewayPeer(file, document, name)),
        orderers: Object.entries(document.orderers).map(([name, orderer]) => nodeAddress(name, orderer)),
        mspIds: [...new Set([extension.mspId, ...others])],
        developmentCa: absolute(extension.developmentCa),
        admin: absolute(extension.admin),
    };
}

function gatewayPeer(file: string, document: ProfileDocument, name: string): GatewayPeer {
    const peer = document.peers[name];
    const organization = Object.values(document.organizations).find((each) => each.peers.includes(name));
    if (peer === undefined || organization === undefined) {
        const reason = `${name} is not among the peers of an organization`;
        throw new InvalidError({
            code: 'FILE_INVALID',
            operands: { file, path: 'x-commonwatt.gateways', reason },
        });
    }
    return { ...nodeAddress(name, peer), mspId: organization.mspid };
}

function nodeAddress(name: string, node: z.output<typeof nodeSchema>): NodeAddress {
    const serverName = node.grpcOptions['ssl-target-name-override'];
    return {
        name,
        address: node.url.slice('grpcs://'.length),
        tlsCaPem: node.tlsCACerts.pem,
        serverName: serverName === undefined ? null : String(serverName),
        channelOptions: Object.fromEntries(
            Object.entries(node.grpcOptions).filter(([option]) => option.startsWith('grpc.')),
        ),
    };
}
