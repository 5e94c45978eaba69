/** Writes elements of DER, rightly or not: what a stranger could put into a certificate. */
export function der(tag: number, ...content: readonly (Uint8Array | string)[]): Buffer {
    const body = Buffer.concat(content.map((each) => Buffer.from(each)));
    const { length } = body;
    const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...lengthBytes]), body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
export const UTF8 = 0x0c;
export const PRINTABLE = 0x13;

const OIDS = { CN: [0x55, 0x04, 0x03], O: [0x55, 0x04, 0x0a], OU: [0x55, 0x04, 0x0b] } as const;

/** One attribute of a name. */
export const attribute = (type: keyof typeof OIDS, text: Uint8Array | string, tag = UTF8): Buffer =>
    der(SEQUENCE, der(0x06, Uint8Array.from(OIDS[type])), der(tag, text));

/** A name of relative names, each of several attributes. */
export const nameOf = (...relativeNames: readonly (readonly Buffer[])[]): Buffer =>
    der(SEQUENCE, ...relativeNames.map((attributes) => der(SET, ...attributes)));

/** A certificate as far as a reader of its subject looks at it: what follows the subject is left empty. */
export function certificateWith(subject: Uint8Array, serial = 1): Buffer {
    const empty = der(SEQUENCE);
    const version = der(0xa0, der(0x02, Uint8Array.of(2)));
    return der(SEQUENCE, der(SEQUENCE, version, der(0x02, Uint8Array.of(serial)), empty, empty, empty, subject, empty));
}

/** A certificate as text; `label` is what the block is called. */
export function pemOf(certificate: Uint8Array, label = 'CERTIFICATE'): string {
    const lines =
        Buffer.from(certificate)
            .toString('base64')
            .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
