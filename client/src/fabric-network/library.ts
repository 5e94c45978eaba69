import { NotFoundError } from '../errors.js';

/**
 * What the transport uses of fabric-network 2.2, written down here: the package is optional, so that its own types may
 * be missing where this one is compiled.
 */
export type FabricNetwork = Readonly<{ Gateway: new () => Gateway }>;

export interface Gateway {
    /** Who signs; there once connected. */
    readonly identityContext?: IdentityContext;
    connect(commonProfile: object, options: object): Promise<void>;
    getNetwork(channel: string): Promise<{ getChannel(): Channel }>;
    disconnect(): void;
}

export interface IdentityContext {
    readonly transactionId: string;
    /** A copy with a transaction id of its own. */
    calculateTransactionId(): IdentityContext;
}

export interface Channel {
    readonly client: Client;
    addEndorser(endorser: Endorser): void;
    addCommitter(committer: Committer): void;
    getEndorsers(mspId: string): Endorser[];
    getCommitters(): Committer[];
    newQuery(chaincode: string): Proposal;
    newEndorsement(chaincode: string): Endorsement;
    newDiscoveryService(name: string): DiscoveryService;
    newEventService(name: string): EventService;
}

export interface Client {
    newEndpoint(options: Readonly<Record<string, string | number>>): Endpoint;
    getEndorser(name: string, mspId: string): Endorser;
    getCommitter(name: string): Committer;
    newDiscoverer(name: string, mspId: string): Node;
    newEventer(name: string, mspId: string): Node;
}

/** Address, trust and options of a connection. */
export type Endpoint = Readonly<Record<string, unknown>>;

export interface Node {
    readonly name: string;
    readonly mspid: string;
    readonly endpoint: Endpoint;
    setEndpoint(endpoint: Endpoint): void;
    /** Connects where it is not; tells whether it is now. */
    checkConnection(): Promise<boolean>;
    disconnect(): void;
}
export type Endorser = Node;
export type Committer = Node;

/** Bytes are built, signed by whoever holds the key, and sent. */
export interface Signable {
    sign(signature: Buffer): unknown;
}

export interface Proposal extends Signable {
    build(identity: IdentityContext, request: object): Uint8Array;
    send(request: Readonly<{ targets: readonly Endorser[]; requestTimeout: number }>): Promise<ProposalResponses>;
}

export interface Endorsement extends Proposal {
    newCommit(): Commit;
}

export interface Commit extends Signable {
    build(identity: IdentityContext): Uint8Array;
    send(
        request: Readonly<{ targets: readonly Committer[]; requestTimeout: number }>,
    ): Promise<Readonly<{ status: string }>>;
}

export type ProposalResponses = Readonly<{ errors: readonly PeerFailure[]; responses: readonly PeerResponse[] }>;
/** A peer that gave no response; who it was is missing where the package itself failed. */
export type PeerFailure = Error & Readonly<{ connection?: Readonly<{ name: string }>; code?: number }>;
/** A response; without an endorsement it refuses. */
export type PeerResponse = Readonly<{
    connection: Readonly<{ name: string }>;
    response: Readonly<{ status: number; message: string; payload: Uint8Array }>;
    /** What the endorsement signs: results and read and write sets. */
    payload: Uint8Array;
    endorsement?: object | null;
}>;

export interface DiscoveryService extends Signable {
    build(identity: IdentityContext): Uint8Array;
    send(
        request: Readonly<{ asLocalhost: boolean; targets: readonly Node[]; requestTimeout: number }>,
    ): Promise<unknown>;
}

export interface EventService extends Signable {
    build(identity: IdentityContext, options: Readonly<{ blockType: 'filtered'; startBlock: number }>): Uint8Array;
    registerBlockListener(
        listener: (error?: Error | null, event?: BlockEvent) => void,
        options: Readonly<{ unregister: boolean }>,
    ): unknown;
    send(request: Readonly<{ targets: readonly Node[]; requestTimeout: number }>): Promise<void>;
    close(): void;
}

export type BlockEvent = Readonly<{
    blockNumber: Readonly<{ toNumber: () => number }>;
    filteredBlock: Readonly<{
        filtered_transactions: readonly Readonly<{ txid: string; tx_validation_code: string | number }>[];
    }>;
}>;

const PACKAGE = 'fabric-network';

/**
 * Loads the package, which says on the console what is told as a typed error here, unless it is asked for its log.
 * @throws NotFoundError PACKAGE_MISSING {package}
 */
export async function loadFabricNetwork(): Promise<FabricNetwork> {
    process.env['HFC_LOGGING'] ??= '{}';
    try {
        // By a name that the compiler does not follow, or whoever compiles this would need the package.
        return (await import(PACKAGE)) as FabricNetwork;
    } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
            throw cause;
        }
        throw new NotFoundError({ code: 'PACKAGE_MISSING', operands: { package: PACKAGE }, cause });
    }
}
