import { createHash } from 'node:crypto';
import { demand } from '../domain/errors.js';
import { canonicalJson } from './canonical.js';
import { DER_TAG, DerReader, derWhole, dottedOid } from './der.js';

/** One attribute of a name: its type in dotted form, the tag of its string, and the string's bytes in hex. */
export type NameAttribute = Readonly<{ type: string; tag: number; value: string }>;
/** A certificate's name: relative names in their order, each a set of attributes (X.501). */
export type CertificateName = readonly (readonly NameAttribute[])[];

/** Most bytes of a certificate as text, and most attributes of its name: several times what any authority writes. */
const PEM_BYTES_MAX = 48 * 1024;
const ATTRIBUTES_MAX = 64;

const ORGANIZATIONAL_UNIT = '2.5.4.11';
/** Strings whose bytes are UTF-8 as they stand: UTF8String, PrintableString, IA5String. */
const TEXT_TAGS: readonly number[] = [0x0c, 0x13, 0x16];
/** Every string that a name may hold: those, and NumericString, TeletexString, UniversalString, BMPString. */
const STRING_TAGS: readonly number[] = [...TEXT_TAGS, 0x12, 0x14, 0x1c, 0x1e];

const refuse = (holds: boolean, reason: string): void => {
    demand(holds, 'CERTIFICATE_INVALID', { reason });
};

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END CERTIFICATE-----[\r\n]*$/;

/**
 * The certificate in a PEM file that holds nothing besides. A peer takes the first block of such a file, whatever it is
 * called, and libraries take the first that is called a certificate: who sent two would be two people.
 * @returns DER
 * @throws CERTIFICATE_INVALID {reason}
 */
export function certificateIn(pem: Uint8Array): Uint8Array {
    refuse(pem.length <= PEM_BYTES_MAX, 'the certificate is too large');
    const base64 = PEM.exec(Buffer.from(pem).toString('latin1'))?.[1]?.replace(/[\r\n]/g, '');
    const der = Buffer.from(base64 ?? '', 'base64');
    refuse(der.length > 0 && der.toString('base64') === base64, 'not one PEM certificate and nothing else');
    return der;
}

/** The name of the subject of a certificate in DER. @throws CERTIFICATE_INVALID {reason} */
export function subjectOf(certificate: Uint8Array): CertificateName {
    const outer = new DerReader(derWhole(certificate, DER_TAG.sequence));
    // TBSCertificate (RFC 5280, 4.1): version, serial number, algorithm, issuer, validity, subject.
    const content = new DerReader(outer.expect(DER_TAG.sequence));
    const VERSION = 0xa0;
    if (content.nextTag === VERSION) {
        content.next();
    }
    for (const tag of [0x02, DER_TAG.sequence, DER_TAG.sequence, DER_TAG.sequence]) {
        content.expect(tag);
    }
    return nameIn(content.expect(DER_TAG.sequence));
}

function nameIn(content: Uint8Array): CertificateName {
    const names: NameAttribute[][] = [];
    const relativeNames = new DerReader(content);
    let count = 0;
    while (!relativeNames.isAtEnd) {
        const attributes = new DerReader(relativeNames.expect(DER_TAG.set));
        refuse(!attributes.isAtEnd, 'a relative name is empty');
        const name: NameAttribute[] = [];
        while (!attributes.isAtEnd) {
            name.push(attributeIn(attributes.expect(DER_TAG.sequence)));
            count += 1;
            refuse(count <= ATTRIBUTES_MAX, 'the name has too many attributes');
        }
        names.push(name);
    }
    return names;
}

function attributeIn(content: Uint8Array): NameAttribute {
    const reader = new DerReader(content);
    const type = dottedOid(reader.expect(DER_TAG.objectIdentifier));
    const { tag, content: value } = reader.next();
    refuse(STRING_TAGS.includes(tag) && reader.isAtEnd, 'an attribute of the name is no string');
    return { type, tag, value: Buffer.from(value).toString('hex') };
}

/** Organisational units of a name, wherever they stand: authorities put several into one relative name. */
export function unitsOf(name: CertificateName): string[] {
    return name
        .flat()
        .filter(({ type, tag }) => type === ORGANIZATIONAL_UNIT && TEXT_TAGS.includes(tag))
        .flatMap(({ value }) => textOf(Buffer.from(value, 'hex')) ?? []);
}

function textOf(bytes: Uint8Array): string | null {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return null; // it names nothing
    }
}

/**
 * What binds a certificate to a record without writing its name on the ledger: SHA-256 over MSP and name, attribute by
 * attribute. A renewed certificate of the same name has the same; the order within a relative name, which is a set, does
 * not count.
 * @param certificate DER
 * @throws CERTIFICATE_INVALID {reason}
 */
export function subjectHashOf(mspId: string, certificate: Uint8Array): string {
    const subject = subjectOf(certificate).map((attributes) =>
        attributes.map(({ type, tag, value }) => canonicalJson([type, tag, value])).sort(),
    );
    return sha256(canonicalJson({ mspId, subject }));
}

/** SHA-256 of a certificate in DER: how one certificate is named, as opposed to whoever holds its name. */
export const certificateHashOf = (certificate: Uint8Array): string => sha256(certificate);

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
