import { verify, X509Certificate } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import type { Signed } from './signed.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value) => void) => void;
}>;

/** Members of the channel by the root certificates in its configuration: whose signature is whose. */
export class Members {
    readonly #roots: ReadonlyMap<string, readonly X509Certificate[]>;
    /** Certificates seen before; `null` where none of the roots issued it. */
    readonly #known = new Map<string, X509Certificate | null>();

    private constructor(roots: ReadonlyMap<string, readonly X509Certificate[]>) {
        this.#roots = roots;
    }

    /** @param envelope a transaction of type CONFIG, as the first block has it */
    static fromConfiguration(envelope: Uint8Array): Members {
        const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
        const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
        const roots = new Map<string, readonly X509Certificate[]>();
        const groups = config?.getChannelGroup()?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
        for (const group of ['Application', 'Orderer']) {
            const organizations = groups?.get(group)?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
            organizations?.forEach((organization) => {
                const values = organization.getValuesMap() as Named<common.ConfigValue>;
                const { name, certificates } = rootsIn(values.get('MSP')?.getValue_asU8() ?? new Uint8Array());
                roots.set(name, certificates);
            });
        }
        return new Members(roots);
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
        const roots = this.#roots.get(mspid) ?? [];
        const member = roots.some((root) => certificate.verify(root.publicKey)) ? certificate : null;
        this.#known.set(key, member);
        return member;
    }
}

function rootsIn(value: Uint8Array): Readonly<{ name: string; certificates: readonly X509Certificate[] }> {
    const content = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
    const certificates = content.getRootCertsList_asU8().map((pem) => new X509Certificate(pem));
    return { name: content.getName(), certificates };
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
