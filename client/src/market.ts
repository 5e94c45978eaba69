import { isInForce } from '@commonwatt/chaincode/domain/established-charter';
import { AccountClient } from './account-client.js';
import { AdmissionClient } from './admission-client.js';
import { AgreementClient } from './agreement-client.js';
import { AmendmentClient } from './amendment-client.js';
import { BillClient } from './bill-client.js';
import { type FollowOptions, followBlocks } from './block-follower.js';
import type { BlockView } from './block-reader.js';
import { CalorificClient } from './calorific-client.js';
import { CharterClient } from './charter-client.js';
import { ClockClient } from './clock-client.js';
import { ConnectionClient } from './connection-client.js';
import { ConsentClient } from './consent-client.js';
import { type ConnectionProfile, readConnectionProfile } from './connection-profile.js';
import { ConformityClient } from './conformity-client.js';
import { DisputeClient } from './dispute-client.js';
import { Endorsers } from './endorsers.js';
import { type EventOptions, type EventRecord, marketEvents } from './events.js';
import { flowControlOf } from './flow-control.js';
import { FlowTransport } from './flow-transport.js';
import { GatewayTransport } from './gateway-transport.js';
import { FactClient } from './fact-client.js';
import { ForceMajeureClient } from './force-majeure-client.js';
import { HaltClient } from './halt-client.js';
import { type Horizon, HorizonTransport } from './horizon.js';
import { holderOf, type Identity } from './identity.js';
import { Ledger, orNull } from './ledger.js';
import { MandateClient } from './mandate-client.js';
import { MeterClient } from './meter-client.js';
import { OfferClient } from './offer-client.js';
import { ParticipantClient } from './participant-client.js';
import { ProposalClient } from './proposal-client.js';
import { QualificationClient } from './qualification-client.js';
import { ReadingClient } from './reading-client.js';
import { RequirementClient } from './requirement-client.js';
import { ScreeningClient } from './screening-client.js';
import { SeatClient } from './seat-client.js';
import { SettlementClient } from './settlement-client.js';
import { SourceClient } from './source-client.js';
import { StatementClient } from './statement-client.js';
import { StandardClient } from './standard-client.js';
import { RetryingSubmitter, type Submitter } from './submitter.js';
import { type Transport, WITHIN_MS } from './transport.js';
import { VerdictClient } from './verdict-client.js';

export type ConnectOptions = Readonly<{
    /** A connection profile, or the file that holds it. */
    profile: ConnectionProfile | string;
    identity: Identity;
    /**
     * What carries calls to the network; the peers' gateway service by default. `fabric-network` needs none, but the
     * package of this name, 2.2.20, beside this one.
     */
    transport?: 'gateway' | 'fabric-network' | Transport;
    /** Clients that share it read what the others have written, whichever peers they ask (see `Horizon`). */
    horizon?: Horizon;
    /** Carries out submissions; by default sends them until they are done, refused or late. */
    submitter?: Submitter;
    /** How long a call may take before it fails, in ms: a busy peer is waited for, an absent one tried again. */
    withinMs?: number;
}>;

/**
 * The market as one identity sees it. Connections open with the first call, so nothing fails here but a bad profile.
 * @throws NotFoundError FILE_MISSING {file}, PACKAGE_MISSING {package} · InvalidError FILE_INVALID {file, path, reason}
 */
export async function connect(options: ConnectOptions): Promise<Market> {
    const profile =
        typeof options.profile === 'string' ? await readConnectionProfile(options.profile) : options.profile;
    const { identity, horizon, submitter, withinMs } = options;
    const opened = await transportOf(options.transport ?? 'gateway', profile, identity);
    const transport = new FlowTransport(opened, flowControlOf(profile), profile.mspId);
    const upToDate = horizon === undefined ? transport : new HorizonTransport(transport, horizon, profile.mspId);
    return new Market(profile, identity, upToDate, { submitter, withinMs });
}

async function transportOf(
    choice: NonNullable<ConnectOptions['transport']>,
    profile: ConnectionProfile,
    identity: Identity,
): Promise<Transport> {
    switch (choice) {
        case 'gateway':
            return new GatewayTransport(profile, identity);
        case 'fabric-network': {
            const { FabricNetworkTransport } = await import('./fabric-network/fabric-network-transport.js');
            return await FabricNetworkTransport.create(profile, identity);
        }
        default:
            return choice;
    }
}

/** Clients of every noun over one connection. */
export class Market {
    readonly charter: CharterClient;
    readonly clock: ClockClient;
    readonly seats: SeatClient;
    readonly proposals: ProposalClient;
    readonly participants: ParticipantClient;
    readonly qualifications: QualificationClient;
    readonly mandates: MandateClient;
    readonly meters: MeterClient;
    readonly requirements: RequirementClient;
    readonly standards: StandardClient;
    readonly conformities: ConformityClient;
    readonly connections: ConnectionClient;
    readonly admissions: AdmissionClient;
    readonly accounts: AccountClient;
    readonly offers: OfferClient;
    readonly consents: ConsentClient;
    readonly agreements: AgreementClient;
    readonly amendments: AmendmentClient;
    readonly verdicts: VerdictClient;
    readonly screenings: ScreeningClient;
    readonly readings: ReadingClient;
    readonly sources: SourceClient;
    readonly statements: StatementClient;
    readonly forceMajeure: ForceMajeureClient;
    readonly calorifics: CalorificClient;
    readonly settlements: SettlementClient;
    readonly bills: BillClient;
    readonly disputes: DisputeClient;
    readonly facts: FactClient;
    readonly halts: HaltClient;

    readonly profile: ConnectionProfile;
    /** For what the clients do not cover: other calls, blocks. */
    readonly transport: Transport;
    readonly ledger: Ledger;

    readonly #identity: Identity;
    readonly #submitter: Submitter;

    constructor(
        profile: ConnectionProfile,
        identity: Identity,
        transport: Transport,
        {
            submitter,
            withinMs = WITHIN_MS,
        }: Readonly<{ submitter?: Submitter | undefined; withinMs?: number | undefined }> = {},
    ) {
        const { channel, chaincodes } = profile;
        this.profile = profile;
        this.transport = transport;
        this.#identity = identity;
        this.#submitter = submitter ?? new RetryingSubmitter(transport, this.#endorsers());
        this.ledger = new Ledger({
            transport,
            submitter: this.#submitter,
            channel,
            chaincodes,
            documents: identity.documents,
            withinMs,
            holder: () => holderOf(identity),
        });
        this.charter = new CharterClient(this.ledger, transport, identity.mspId);
        this.clock = new ClockClient(this.ledger);
        this.seats = new SeatClient(this.ledger);
        this.proposals = new ProposalClient(this.ledger, this.charter);
        this.participants = new ParticipantClient(this.ledger);
        this.qualifications = new QualificationClient(this.ledger, this.participants);
        this.mandates = new MandateClient(this.ledger, this.participants);
        this.meters = new MeterClient(this.ledger);
        this.requirements = new RequirementClient(this.ledger);
        this.standards = new StandardClient(this.ledger);
        this.conformities = new ConformityClient(this.ledger);
        this.connections = new ConnectionClient(this.ledger, this);
        this.admissions = new AdmissionClient(this.ledger, this);
        this.accounts = new AccountClient(this.ledger);
        this.settlements = new SettlementClient(this.ledger);
        this.consents = new ConsentClient(this.ledger);
        this.agreements = new AgreementClient(this.ledger, this.accounts, this.settlements);
        this.amendments = new AmendmentClient(this.ledger, this);
        this.offers = new OfferClient(this.ledger, this.agreements, this.mandates);
        this.verdicts = new VerdictClient(this.ledger);
        this.screenings = new ScreeningClient(this.ledger);
        this.readings = new ReadingClient(this.ledger);
        this.sources = new SourceClient(this.ledger);
        this.statements = new StatementClient(this.ledger);
        this.forceMajeure = new ForceMajeureClient(this.ledger);
        this.calorifics = new CalorificClient(this.ledger);
        this.bills = new BillClient(this);
        this.disputes = new DisputeClient(this.ledger);
        this.facts = new FactClient(this.ledger);
        this.halts = new HaltClient(this.ledger);
    }

    /** The same market over the same connection, with another time for each call, in ms. */
    within(withinMs: number): Market {
        return new Market(this.profile, this.#identity, this.transport, { submitter: this.#submitter, withinMs });
    }

    /** Blocks of the channel, in order, until aborted or closed. @throws UnavailableError */
    blocks(options: FollowOptions = {}): AsyncGenerator<BlockView> {
        return followBlocks(this.transport, options);
    }

    /** Events of both chaincodes, in the order of the channel (see `marketEvents`). @throws UnavailableError */
    events(options: Omit<EventOptions, 'chaincodes'> = {}): AsyncGenerator<EventRecord> {
        return marketEvents(this.transport, { ...options, chaincodes: Object.values(this.profile.chaincodes) });
    }

    close(): void {
        this.transport.close();
    }

    /** Who the regulator is stands in the charter, which never changes once it is in force. */
    #endorsers(): Endorsers {
        let regulator: string | null = null;
        return new Endorsers(this.profile.mspIds, async () => {
            const established = regulator === null ? await orNull(this.charter.established('exchange')) : null;
            regulator ??= established !== null && isInForce(established) ? established.charter.orgs.regulator : null;
            return regulator;
        });
    }
}
