import { X509Certificate } from 'node:crypto';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import {
    adminIdentity,
    connect,
    createIdentity,
    Horizon,
    identityOf,
    type Market,
    readConnectionProfile,
    subjectHashOfCertificate,
    type WalletEntry,
} from '@commonwatt/client';
import { type Network, type OrgName, orgNames } from '@commonwatt/network';

/** The Fabric client library that carries every call of a run: the suites are the same over each. */
export const TRANSPORT = process.env['COMMONWATT_TEST_TRANSPORT'] === 'fabric-network' ? 'fabric-network' : 'gateway';

/** One who acts in the market: a certificate and a key of its own, and a connection by way of its own organisation. */
export type Actor = Readonly<{ name: string; org: OrgName; entry: WalletEntry; market: Market }>;

/** Everyone who has been enrolled on a test network. */
export class Actors {
    readonly #network: Network;
    readonly #actors = new Map<string, Actor>();
    readonly #admins = new Map<OrgName, Promise<Market>>();
    readonly #horizon = new Horizon();

    constructor(network: Network) {
        this.#network = network;
    }

    get(name: string): Actor {
        const actor = this.#actors.get(name);
        if (actor === undefined) {
            throw new Error(`${name} has not been enrolled`);
        }
        return actor;
    }

    /** The market as an actor sees it. */
    as(name: string): Market {
        return this.get(name).market;
    }

    /** @param validUntil end of the certificate, where it matters */
    async enrol(name: string, org: OrgName, validUntil?: Date): Promise<Actor> {
        const profile = await readConnectionProfile(this.#network.profilePath(org));
        const entry = await createIdentity(profile, name, 'client', validUntil);
        return await this.#connect(name, org, entry);
    }

    /** Goes on with another signing key. */
    async takeUp(name: string, signingKey: WalletEntry['signingKey']): Promise<Actor> {
        const { org, entry, market } = this.get(name);
        market.close();
        return await this.#connect(name, org, { ...entry, signingKey });
    }

    /** Goes on with a new certificate of the same subject. */
    async renew(name: string): Promise<Actor> {
        const { org, entry, market } = this.get(name);
        market.close();
        await this.enrol(name, org);
        return await this.takeUp(name, entry.signingKey);
    }

    /** The market as an organisation's administrator sees it. */
    async admin(org: OrgName): Promise<Market> {
        const opened = this.#admins.get(org) ?? this.#openAdmin(org);
        this.#admins.set(org, opened);
        return opened;
    }

    /** Has the administrator of an actor's organisation seat it. */
    async seat(name: string, kind: SeatKind): ReturnType<Market['seats']['grant']> {
        const { org, entry } = this.get(name);
        const { mspId, certificate, signingKey } = entry;
        const subjectHash = subjectHashOfCertificate(mspId, certificate);
        const { seats } = await this.admin(org);
        return await seats.grant({ kind, mspId, subjectHash, publicKey: signingKey.publicKey });
    }

    /** Who holds this certificate; `null` for one that was not enrolled here and administers nothing. */
    async holderOf(certificatePem: string): Promise<Market | null> {
        const { subject, issuer, serialNumber } = new X509Certificate(certificatePem);
        if (subject.split('\n').includes('OU=admin')) {
            const org = orgNames.find((each) => issuer.includes(`O=${each}.`));
            return org === undefined ? null : await this.admin(org);
        }
        // Not by its text: Fabric's own tools rewrite a certificate's signature to its low form.
        const actor = [...this.#actors.values()].find(
            ({ entry }) => new X509Certificate(entry.certificate).serialNumber === serialNumber,
        );
        return actor?.market ?? null;
    }

    async close(): Promise<void> {
        for (const { market } of this.#actors.values()) {
            market.close();
        }
        for (const market of await Promise.all(this.#admins.values())) {
            market.close();
        }
    }

    async #connect(name: string, org: OrgName, entry: WalletEntry): Promise<Actor> {
        const profile = await readConnectionProfile(this.#network.profilePath(org));
        const identity = identityOf(entry);
        const market = await connect({ profile, identity, transport: TRANSPORT, horizon: this.#horizon });
        const actor = { name, org, entry, market };
        this.#actors.set(name, actor);
        return actor;
    }

    async #openAdmin(org: OrgName): Promise<Market> {
        const profile = await readConnectionProfile(this.#network.profilePath(org));
        const identity = await adminIdentity(profile);
        return await connect({ profile, identity, transport: TRANSPORT, horizon: this.#horizon });
    }
}
