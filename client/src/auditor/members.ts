// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { verify, X509Certificate } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import { X509Crl } from '@peculiar/x509';
import type { Signed } from './signed.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value) => void) => void;
}>;

/** Whose certificates an organisation vouches for, and which no longer, by serial number. */
type Organization = Readonly<{ roots: readonly X509Certificate[]; revoked: ReadonlySet<bigint> }>;

/** Members of the channel by what its configuration says of each organisation: whose signature is whose. */
export class Members {
    readonly #organizations: ReadonlyMap<string, Organization>;
    /** Certificates seen before; `null` where no organisation vouches for it. */
    readonly #known = new Map<string, X509Certificate | null>();

    private constructor(organizations: ReadonlyMap<string, Organization>) {
        this.#organizations = organizations;
    }

    /** @param envelope a transaction of type CONFIG, as the first block has it */
    static fromConfiguration(envelope: Uint8Array): Members {
        const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
        const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
        const known = new Map<string, Organization>();
        const groups = config?.getChannelGroup()?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
        for (const group of ['Application', 'Orderer']) {
            const organizations = groups?.get(group)?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
            organizations?.forEach((each) => {
                const values = each.getValuesMap() as Named<common.ConfigValue>;
                const { name, organization } = organizationIn(values.get('MSP')?.getValue_asU8() ?? new Uint8Array());
                known.set(name, organization);
            });
        }
        return new Members(known);
    }

    /** Whether who is named is a member and has signed. */
    hasSigned({ identity, signed, signature }: Signed): boolean {
        try {
            const certificate = this.#certificateOf(identity);
            return certificate !== null && verify('sha256', signed, certificate.publicKey, signature);
        } catch {
            return false; // not a certificate, or not a signature
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

function organizationIn(value: Uint8Array): Readonly<{ name: string; organization: Organization }> {
    const content = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
    const roots = content.getRootCertsList_asU8().map((pem) => new X509Certificate(pem));
    const lists = content.getRevocationListList_asU8().map((list) => new X509Crl(Buffer.from(list)));
    const revoked = lists.flatMap(({ entries }) => entries.map(({ serialNumber }) => BigInt(`0x${serialNumber}`)));
    return { name: content.getName(), organization: { roots, revoked: new Set(revoked) } };
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
