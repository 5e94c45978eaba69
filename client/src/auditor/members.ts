// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { verify, X509Certificate } from 'node:crypto';
import { type Administrators, isAdministratorBy } from '@commonwatt/chaincode/domain/charter';
import { certificateHashOf, subjectOf, unitsOf } from '@commonwatt/chaincode/wire/certificate';
import { type common, msp } from '@hyperledger/fabric-protos';
import { X509Crl } from '@peculiar/x509';
import type { Signed } from './signed.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value, name: string) => void) => void;
}>;

/** Whose certificates an organisation vouches for, which no longer, by serial number, and who administers it. */
type Organization = Readonly<{
    mspId: string;
    roots: readonly X509Certificate[];
    revoked: ReadonlySet<bigint>;
    administrators: Administrators;
}>;

export type Member = Readonly<{ mspId: string; isAdministrator: boolean }>;

/** Members of the channel by what its configuration says of each organisation: whose signature is whose. */
export class Members {
    readonly #organizations: ReadonlyMap<string, Organization>;
    /** Organisations of the application, by the names of their parts of the configuration. */
    readonly #mspIds: ReadonlyMap<string, string>;
    /** Certificates seen before; `null` where no organisation vouches for it. */
    readonly #known = new Map<string, X509Certificate | null>();

    private constructor(organizations: readonly Organization[], mspIds: ReadonlyMap<string, string>) {
        this.#organizations = new Map(organizations.map((each) => [each.mspId, each]));
        this.#mspIds = mspIds;
    }

    /** @param channel the channel's part of a configuration */
    static of(channel: common.ConfigGroup): Members {
        const organizations: Organization[] = [];
        const mspIds = new Map<string, string>();
        const groups = channel.getGroupsMap() as Named<common.ConfigGroup>;
        for (const group of ['Application', 'Orderer']) {
            const members = groups.get(group)?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
            members?.forEach((each, name) => {
                const values = each.getValuesMap() as Named<common.ConfigValue>;
                const organization = organizationIn(values.get('MSP')?.getValue_asU8() ?? new Uint8Array());
                organizations.push(organization);
                if (group === 'Application') {
                    mspIds.set(name, organization.mspId);
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
                return organization === undefined ? [] : [[mspId, organization.administrators] as const];
            }),
        );
    }

    /** The MSP of an organisation by the name of its part of the configuration. */
    mspIdOf(name: string): string {
        return this.#mspIds.get(name) ?? name;
    }

    /** Whether who is named is a member and has signed. */
    hasSigned(signed: Signed): boolean {
        return this.signerOf(signed) !== null;
    }

    /** Who is named, if it is a member and has signed. */
    signerOf({ identity, signed, signature }: Signed): Member | null {
        try {
            const { mspid } = serialized(identity);
            const certificate = this.#certificateOf(identity);
            if (certificate === null || !verify('sha256', signed, certificate.publicKey, signature)) {
                return null;
            }
            const administrators = this.#organizations.get(mspid)?.administrators;
            const [units, certificateHash] = [unitsOf(subjectOf(certificate.raw)), certificateHashOf(certificate.raw)];
            const isAdministrator =
                administrators !== undefined && isAdministratorBy(administrators, { units, certificateHash });
            return { mspId: mspid, isAdministrator };
        } catch {
            return null; // not a certificate, or not a signature
        }
    }

    #certificateOf(identity: Uint8Array): X509Certificate | null {
        const { mspid, idBytes } = serialized(identity);
        const pem = Buffer.from(idBytes).toString('utf8');
        const key = `${mspid} ${pem}`;
        const known = this.#known.get(key);
        if (known !== undefined) {
            return known;
        }
        const certificate = new X509Certificate(pem);
        const organization = this.#organizations.get(mspid);
        const isIssued = organization?.roots.some((root) => certificate.verify(root.publicKey)) ?? false;
        const isRevoked = organization?.revoked.has(BigInt(`0x${certificate.serialNumber}`)) ?? false;
        const member = isIssued && !isRevoked ? certificate : null;
        this.#known.set(key, member);
        return member;
    }
}

function organizationIn(value: Uint8Array): Organization {
    const content = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
    const lists = content.getRevocationListList_asU8().map((list) => new X509Crl(Buffer.from(list)));
    const revoked = lists.flatMap(({ entries }) => entries.map(({ serialNumber }) => BigInt(`0x${serialNumber}`)));
    return {
        mspId: content.getName(),
        roots: content.getRootCertsList_asU8().map((pem) => new X509Certificate(pem)),
        revoked: new Set(revoked),
        administrators: administratorsIn(content),
    };
}

/** By the organisational unit, where the organisation classifies its members by units, and by certificates that it lists. */
function administratorsIn(content: msp.FabricMSPConfig): Administrators {
    const units = content.getFabricNodeOus();
    const unit = units?.getEnable() === true ? units.getAdminOuIdentifier() : undefined;
    const certificates = content.getAdminsList_asU8().map((pem) => certificateHashOf(new X509Certificate(pem).raw));
    return { unit: unit?.getOrganizationalUnitIdentifier() ?? null, certificates };
}

/** MSP and certificate of an identity in a block. */
export function serialized(identity: Uint8Array): Readonly<{ mspid: string; idBytes: Uint8Array }> {
    const decoded = msp.SerializedIdentity.deserializeBinary(identity);
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
