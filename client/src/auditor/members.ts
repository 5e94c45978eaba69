import type { X509Certificate } from 'node:crypto';
import type { Administrators } from '@commonwatt/chaincode/domain/charter';
import { type common, msp } from '@hyperledger/fabric-protos';
import { hasMade } from './fabric-signature.js';
import { certificateOf, type NodeRole, Organization } from './organization.js';
import type { Signed } from './signed.js';
import { exactly } from './validation/exactly.js';
import { NotRecomputable } from './validation/not-recomputable.js';
import * as schemas from './validation/schemas.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value, name: string) => void) => void;
}>;

/** Who has signed something: an identity that its organisation vouches for. */
export type Member = Readonly<{
    mspId: string;
    /** Tells certificates apart. */
    fingerprint: string;
    isAdministrator: boolean;
    isOfRole: (role: NodeRole) => boolean;
}>;

type Known = Member & Readonly<{ certificate: X509Certificate }>;

/** Identities that are remembered at most; a market has fewer that sign in a day. */
const KNOWN_MAX = 20_000;

/** Members of the channel by what its configuration says of each organisation: whose signature is whose. */
export class Members {
    /** `null` for an organisation whose members are not certificates. */
    readonly #organizations: ReadonlyMap<string, Organization | null>;
    /** Organisations of the application, by the names of their parts of the configuration. */
    readonly #mspIds: ReadonlyMap<string, string>;
    /** Identities seen before; `null` where no organisation vouches for it. */
    readonly #known = new Map<string, Known | null>();

    private constructor(organizations: ReadonlyMap<string, Organization | null>, mspIds: ReadonlyMap<string, string>) {
        this.#organizations = organizations;
        this.#mspIds = mspIds;
    }

    /** @param channel the channel's part of a configuration */
    static of(channel: common.ConfigGroup): Members {
        const organizations = new Map<string, Organization | null>();
        const mspIds = new Map<string, string>();
        const groups = channel.getGroupsMap() as Named<common.ConfigGroup>;
        for (const group of ['Application', 'Orderer']) {
            const members = groups.get(group)?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
            members?.forEach((each, name) => {
                const values = each.getValuesMap() as Named<common.ConfigValue>;
                const organization = organizationIn(values.get('MSP')?.getValue_asU8() ?? new Uint8Array());
                const mspId = organization?.mspId ?? name;
                organizations.set(mspId, organization);
                if (group === 'Application') {
                    mspIds.set(name, mspId);
                }
            });
        }
        return new Members(organizations, mspIds);
    }

    /** Every organisation of the application. */
    get mspIds(): readonly string[] {
        return [...this.#mspIds.values()];
    }

    /** Administrators of every organisation of the application, by its MSP. */
    get administrators(): ReadonlyMap<string, Administrators> {
        return new Map(
            this.mspIds.flatMap((mspId) => {
                const organization = this.#organizations.get(mspId);
                return organization == null ? [] : [[mspId, organization.administrators] as const];
            }),
        );
    }

    /** The MSP of an organisation by the name of its part of the configuration. */
    mspIdOf(name: string): string {
        return this.#mspIds.get(name) ?? name;
    }

    /** The name of an organisation's part of the configuration; `null` for who is no organisation of the application. */
    nameOf(mspId: string): string | null {
        return [...this.#mspIds].find(([, each]) => each === mspId)?.[0] ?? null;
    }

    /** Whether who is named is a member and has signed. @throws NotRecomputable */
    hasSigned(signed: Signed): boolean {
        return this.signerOf(signed) !== null;
    }

    /** Who is named, if it is a member and has signed. @throws NotRecomputable */
    signerOf({ identity, signed, signature }: Signed): Member | null {
        const member = this.#memberOf(identity);
        return member !== null && hasMade(member.certificate.publicKey, signed, signature) ? member : null;
    }

    #memberOf(identity: Uint8Array): Known | null {
        const key = Buffer.from(identity).toString('latin1');
        const known = this.#known.get(key);
        if (known !== undefined) {
            return known;
        }
        const member = this.#vouchedFor(identity);
        if (this.#known.size >= KNOWN_MAX) {
            this.#known.clear();
        }
        this.#known.set(key, member);
        return member;
    }

    #vouchedFor(identity: Uint8Array): Known | null {
        let certificate: X509Certificate;
        let organization: Organization | null | undefined;
        let mspId: string;
        try {
            const { mspid, idBytes } = serialized(identity);
            mspId = mspid;
            organization = this.#organizations.get(mspId);
            certificate = certificateOf(idBytes);
        } catch {
            return null; // no identity, or no certificate
        }
        if (organization === null) {
            throw new NotRecomputable(`identities of ${mspId}`);
        }
        return organization?.vouchesFor(certificate) === true
            ? {
                  mspId,
                  certificate,
                  fingerprint: certificate.fingerprint256,
                  isAdministrator: organization.isAdministrator(certificate),
                  isOfRole: (role) => organization.isOfRole(certificate, role),
              }
            : null;
    }
}

function organizationIn(value: Uint8Array): Organization | null {
    try {
        return new Organization(value);
    } catch (error) {
        if (error instanceof NotRecomputable) {
            return null;
        }
        throw error;
    }
}

/** MSP and certificate of an identity in a block. @throws Malformed when it is none */
export function serialized(identity: Uint8Array): Readonly<{ mspid: string; idBytes: Uint8Array }> {
    const decoded = exactly(msp.SerializedIdentity, schemas.identity, identity);
    return { mspid: decoded.getMspid(), idBytes: decoded.getIdBytes_asU8() };
}

/** MSP of an identity; empty when it is none. */
export function mspIdOf(identity: Uint8Array): string {
    try {
        return serialized(identity).mspid;
    } catch {
        return '';
    }
}
