import { join } from 'node:path';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import {
    adminIdentity,
    connect,
    type ConnectionProfile,
    createIdentity,
    FileWallet,
    Horizon,
    type Identity,
    identityOf,
    type Market,
    readConnectionProfile,
    subjectHashOfCertificate,
} from '@commonwatt/client';
import type { Network } from '../network.js';
import type { OrgName } from '../topology.js';

/** The demo keeps two cores busy for minutes, and a machine may have other things to do. */
const WITHIN_MS = 300_000;

/** Officers of the demo: who holds which seat. */
export const OFFICERS: readonly Readonly<{ name: string; org: OrgName; seat: SeatKind }>[] = [
    { name: 'reviewer', org: 'regulator', seat: 'reviewer' },
    { name: 'metering', org: 'operator', seat: 'metering' },
    { name: 'settlement', org: 'operator', seat: 'settlement' },
    { name: 'platform', org: 'operator', seat: 'platform' },
    { name: 'dispatcher', org: 'operator', seat: 'dispatcher' },
];

/** Everyone who acts in the demo, each with a certificate, a key and a connection of its own. */
export class Cast {
    readonly #network: Network;
    readonly #markets = new Map<string, Market>();
    readonly #horizon = new Horizon();

    constructor(network: Network) {
        this.#network = network;
    }

    /** The market as an actor sees it, once it is in the cast. */
    as(name: string): Market {
        const market = this.#markets.get(name);
        if (market === undefined) {
            throw new Error(`${name} is not in the cast`);
        }
        return market;
    }

    /** Issues a certificate and a signing key, keeps both in the wallet, and connects. */
    async enrol(name: string, org: OrgName): Promise<Identity> {
        const profile = await readConnectionProfile(this.#network.profilePath(org));
        const entry = await createIdentity(profile, name, 'client');
        await new FileWallet(join(this.#network.stateDir, 'wallets', org)).add(name, entry);
        const identity = identityOf(entry);
        this.#markets.set(name, await this.#connect(profile, identity));
        return identity;
    }

    /** Connects as an organisation's administrator. */
    async admin(org: OrgName): Promise<Market> {
        const name = `admin-${org}`;
        const known = this.#markets.get(name);
        if (known !== undefined) {
            return known;
        }
        const profile = await readConnectionProfile(this.#network.profilePath(org));
        const market = await this.#connect(profile, await adminIdentity(profile));
        this.#markets.set(name, market);
        return market;
    }

    /** Enrols an officer and has its organisation's administrator grant the seat; returns the block. */
    async seat(officer: (typeof OFFICERS)[number]): Promise<number | null> {
        const { name, org, seat } = officer;
        const identity = await this.enrol(name, org);
        const { mspId, certificate, documents } = identity;
        if (documents === null) {
            throw new Error(`${name} has no signing key`);
        }
        const granted = await (
            await this.admin(org)
        ).seats.grant({
            kind: seat,
            mspId,
            subjectHash: subjectHashOfCertificate(mspId, certificate),
            publicKey: documents.publicKey,
        });
        return granted.blockNumber;
    }

    async #connect(profile: ConnectionProfile, identity: Identity): Promise<Market> {
        return await connect({ profile, identity, horizon: this.#horizon, withinMs: WITHIN_MS });
    }

    close(): void {
        for (const market of this.#markets.values()) {
            market.close();
        }
    }
}
