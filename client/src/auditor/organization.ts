// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { verify, X509Certificate } from 'node:crypto';
import { type Administrators, isAdministratorBy } from '@commonwatt/chaincode/domain/charter';
import { certificateHashOf, subjectOf, unitsOf } from '@commonwatt/chaincode/wire/certificate';
import { msp } from '@hyperledger/fabric-protos';
import {
    AuthorityKeyIdentifierExtension,
    SubjectKeyIdentifierExtension,
    X509Certificate as Parsed,
    X509Crl,
} from '@peculiar/x509';
import { BIT_STRING, elementAt } from './der.js';
import { NotRecomputable } from './validation/not-recomputable.js';

/** What an organisation says an identity of its own is, by a unit of the certificate. */
export type NodeRole = 'client' | 'peer' | 'admin' | 'orderer';

/** A unit that a certificate has to name, and who has to have issued it (`null`: whichever CA of the organisation). */
type Unit = Readonly<{ name: string; issuer: X509Certificate | null }>;

type RevocationList = Readonly<{ keyId: string | null; serials: ReadonlySet<bigint>; der: Buffer }>;

/** The only type of MSP that this channel's rules are written for: certificates. */
const CERTIFICATES = 0;
/** Chains of certificates are not longer than this. */
const CHAIN_MAX = 6;
/** Purposes of a certificate that Fabric takes for one of a member: of those that name any, a server's or all. */
const PURPOSES = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

/** Whose certificates an organisation vouches for, which no longer, and what they make their owners: its MSP on the channel. */
export class Organization {
    readonly mspId: string;
    readonly #roots: readonly X509Certificate[];
    readonly #intermediates: readonly X509Certificate[];
    /** Who administers it: by a unit, where it tells roles apart, and by certificates that it lists. */
    readonly administrators: Administrators;
    readonly #revocationLists: readonly RevocationList[];
    readonly #units: readonly Unit[];
    /** `null` where the organisation tells no roles apart. */
    readonly #nodeUnits: ReadonlyMap<NodeRole, Unit> | null;

    /**
     * @param value the value `MSP` of an organisation's part of the configuration
     * @throws NotRecomputable for an MSP of another kind · Error when it cannot be read
     */
    constructor(value: Uint8Array) {
        const config = msp.MSPConfig.deserializeBinary(value);
        const content = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
        const hash = content.getCryptoConfig()?.getSignatureHashFamily() ?? 'SHA2';
        if (config.getType() !== CERTIFICATES || hash !== 'SHA2') {
            throw new NotRecomputable(`an MSP of type ${String(config.getType())} with ${hash}`);
        }
        this.mspId = content.getName();
        this.#roots = content.getRootCertsList_asU8().map(certificateOf);
        this.#intermediates = content.getIntermediateCertsList_asU8().map(certificateOf);
        this.#revocationLists = content.getRevocationListList_asU8().map(revocationListOf);
        this.#units = content.getOrganizationalUnitIdentifiersList().map(unitOf);
        this.#nodeUnits = nodeUnitsOf(content.getFabricNodeOus());
        this.administrators = {
            unit: this.#nodeUnits?.get('admin')?.name ?? null,
            certificates: content.getAdminsList_asU8().map((pem) => certificateHashOf(certificateOf(pem).raw)),
        };
    }

    /** Whether it vouches for a certificate: issued by one of its CAs, not revoked, of one role. */
    vouchesFor(certificate: X509Certificate): boolean {
        const chains = certificate.ca ? [] : this.#chainsOf(certificate, CHAIN_MAX);
        const [chain = []] = chains;
        const [issuer] = chain;
        const isParent = (ca: X509Certificate): boolean => this.#intermediates.some((each) => isIssuedBy(each, ca));
        return (
            chains.length === 1 &&
            issuer !== undefined &&
            !isParent(issuer) &&
            isInTime(certificate, chain) &&
            [certificate, ...chain.slice(0, -1)].every(hasPurpose) &&
            !this.#isRevoked(certificate, issuer) &&
            this.#hasItsUnits(certificate, issuer)
        );
    }

    /** Whether a certificate names the unit of a role; Fabric tells none apart where roles are not enabled. */
    isOfRole(certificate: X509Certificate, role: NodeRole): boolean {
        const unit = this.#nodeUnits?.get(role);
        return unit !== undefined && unitsIn(certificate).includes(unit.name);
    }

    /** Whether a certificate is the administrator's, by its role or by name. */
    isAdministrator(certificate: X509Certificate): boolean {
        const [units, certificateHash] = [unitsIn(certificate), certificateHashOf(certificate.raw)];
        return isAdministratorBy(this.administrators, { units, certificateHash });
    }

    /** The CAs between a certificate and a root of the organisation, nearest first. */
    #chainsOf(certificate: X509Certificate, longest: number): (readonly X509Certificate[])[] {
        const roots = this.#roots.filter((root) => isIssuedBy(certificate, root));
        const others = longest === 0 ? [] : this.#intermediates.filter((each) => isIssuedBy(certificate, each));
        return [
            ...roots.map((root) => [root]),
            ...others.flatMap((each) => this.#chainsOf(each, longest - 1).map((rest) => [each, ...rest])),
        ];
    }

    #isRevoked(certificate: X509Certificate, issuer: X509Certificate): boolean {
        const serial = BigInt(`0x${certificate.serialNumber}`);
        const keyId = new Parsed(issuer.raw).getExtension(SubjectKeyIdentifierExtension)?.keyId ?? '';
        return this.#revocationLists.some(
            ({ keyId: listed, serials, der }) =>
                // A list that names no CA makes Fabric refuse every certificate.
                listed === null || (listed === keyId && serials.has(serial) && isSignedBy(der, issuer)),
        );
    }

    #hasItsUnits(certificate: X509Certificate, issuer: X509Certificate): boolean {
        const names = unitsIn(certificate);
        const isNamed = (unit: Unit): boolean =>
            names.includes(unit.name) && (unit.issuer === null || unit.issuer.fingerprint256 === issuer.fingerprint256);
        if (this.#units.length > 0 && !this.#units.some(isNamed)) {
            return false;
        }
        const roles = new Map([...(this.#nodeUnits?.values() ?? [])].map((unit) => [unit.name, unit]));
        const named = names.flatMap((name) => roles.get(name) ?? []);
        return this.#nodeUnits === null || (named.length === 1 && named.every(isNamed));
    }
}

/** @throws Error when it is none */
export function certificateOf(pem: Uint8Array): X509Certificate {
    // As Fabric reads it: the first block of the text, whatever stands around it.
    const [, , base64] =
        /-----BEGIN ([^\n-]+)-----([^:]*?)-----END \1-----/.exec(Buffer.from(pem).toString('latin1')) ?? [];
    return new X509Certificate(Buffer.from(base64 ?? '', 'base64'));
}

/** Units of a certificate's subject. */
const unitsIn = ({ raw }: X509Certificate): readonly string[] => unitsOf(subjectOf(raw));

const isIssuedBy = (certificate: X509Certificate, ca: X509Certificate): boolean =>
    ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);

/** Fabric asks whether a certificate was good when it began to be, so that old blocks stay valid. */
function isInTime(certificate: X509Certificate, chain: readonly X509Certificate[]): boolean {
    const timeMs = Date.parse(certificate.validFrom) + 1_000;
    return [certificate, ...chain].every(
        (each) => Date.parse(each.validFrom) <= timeMs && timeMs <= Date.parse(each.validTo),
    );
}

function hasPurpose(certificate: X509Certificate): boolean {
    // Not typed so, but absent where a certificate names no purpose.
    const purposes = certificate.keyUsage as readonly string[] | undefined;
    return purposes === undefined || purposes.some((each) => PURPOSES.includes(each));
}

function unitOf(identifier: msp.FabricOUIdentifier): Unit {
    const pem = identifier.getCertificate_asU8();
    return {
        name: identifier.getOrganizationalUnitIdentifier(),
        issuer: pem.length === 0 ? null : certificateOf(pem),
    };
}

function nodeUnitsOf(units: msp.FabricNodeOUs | undefined): ReadonlyMap<NodeRole, Unit> | null {
    if (units?.getEnable() !== true) {
        return null;
    }
    const named: readonly (readonly [NodeRole, msp.FabricOUIdentifier | undefined])[] = [
        ['client', units.getClientOuIdentifier()],
        ['peer', units.getPeerOuIdentifier()],
        ['admin', units.getAdminOuIdentifier()],
        ['orderer', units.getOrdererOuIdentifier()],
    ];
    return new Map(named.flatMap(([role, unit]) => (unit === undefined ? [] : [[role, unitOf(unit)] as const])));
}

function revocationListOf(bytes: Uint8Array): RevocationList {
    const list = new X509Crl(Buffer.from(bytes));
    const authority = list.extensions.find((each) => each instanceof AuthorityKeyIdentifierExtension);
    return {
        keyId: authority?.keyId ?? null,
        serials: new Set(list.entries.map(({ serialNumber }) => BigInt(`0x${serialNumber}`))),
        der: Buffer.from(list.rawData),
    };
}

/** A list consists of what is signed, the algorithm, and the signature. */
function isSignedBy(list: Buffer, issuer: X509Certificate): boolean {
    const { content } = elementAt(list, 0);
    const signed = elementAt(content, 0);
    const signature = elementAt(content, elementAt(content, signed.end).end);
    return (
        signature.tag === BIT_STRING &&
        verify('sha256', content.subarray(signed.start, signed.end), issuer.publicKey, signature.content.subarray(1))
    );
}
