import { demand, marketError } from '../domain/errors.js';

/** Tags of ASN.1 that a certificate's name is made of (X.690, 8.1.2). */
export const DER_TAG = { objectIdentifier: 0x06, sequence: 0x30, set: 0x31 } as const;

/** One element: its tag, and its content without tag and length. */
export type DerElement = Readonly<{ tag: number; content: Uint8Array }>;

/** Longest length that is written: two bytes after the first, since nothing that is read here is longer. */
const LENGTH_BYTES_MAX = 2;

const refuse = (holds: boolean, reason: string): void => {
    demand(holds, 'CERTIFICATE_INVALID', { reason });
};

/**
 * Reads elements of DER one after the other: definite lengths in their shortest form, tags of one byte. Whatever has another
 * spelling is refused, so that all who read the same bytes read the same elements.
 */
export class DerReader {
    readonly #bytes: Uint8Array;
    #offset = 0;

    constructor(bytes: Uint8Array) {
        this.#bytes = bytes;
    }

    get isAtEnd(): boolean {
        return this.#offset === this.#bytes.length;
    }

    /** Tag of the next element; `null` at the end. */
    get nextTag(): number | null {
        return this.#bytes[this.#offset] ?? null;
    }

    /** @throws CERTIFICATE_INVALID {reason} */
    next(): DerElement {
        const tag = this.#byte();
        refuse((tag & 0x1f) !== 0x1f, 'a tag has more than one byte');
        const length = this.#length();
        refuse(length <= this.#bytes.length - this.#offset, 'an element is cut off');
        const content = this.#bytes.subarray(this.#offset, this.#offset + length);
        this.#offset += length;
        return { tag, content };
    }

    /** The next element's content. @throws CERTIFICATE_INVALID {reason} when it has another tag */
    expect(tag: number): Uint8Array {
        const element = this.next();
        refuse(element.tag === tag, 'an element has another tag than its place says');
        return element.content;
    }

    #length(): number {
        const first = this.#byte();
        if (first < 0x80) {
            return first;
        }
        const count = first & 0x7f;
        refuse(count >= 1 && count <= LENGTH_BYTES_MAX, 'a length is indefinite or too large');
        let length = 0;
        for (let index = 0; index < count; index += 1) {
            length = length * 0x100 + this.#byte();
        }
        refuse(length >= (count === 1 ? 0x80 : 0x100), 'a length is not in its shortest form');
        return length;
    }

    #byte(): number {
        const byte = this.#bytes[this.#offset];
        if (byte === undefined) {
            throw marketError('CERTIFICATE_INVALID', { reason: 'an element is cut off' });
        }
        this.#offset += 1;
        return byte;
    }
}

/** The content of an element that is all there is. @throws CERTIFICATE_INVALID {reason} */
export function derWhole(bytes: Uint8Array, tag: number): Uint8Array {
    const reader = new DerReader(bytes);
    const content = reader.expect(tag);
    refuse(reader.isAtEnd, 'something follows the certificate');
    return content;
}

/** An object identifier in dotted form. @throws CERTIFICATE_INVALID {reason} */
export function dottedOid(content: Uint8Array): string {
    const arcs: number[] = [];
    let [arc, isBegun] = [0, false];
    for (const byte of content) {
        refuse(isBegun || byte !== 0x80, 'an object identifier is not in its shortest form');
        arc = arc * 0x80 + (byte & 0x7f);
        refuse(arc <= 0x7fff_ffff, 'an object identifier is too large');
        isBegun = byte >= 0x80;
        if (!isBegun) {
            arcs.push(arc);
            arc = 0;
        }
    }
    const [first, ...rest] = arcs;
    if (first === undefined || isBegun) {
        throw marketError('CERTIFICATE_INVALID', { reason: 'an object identifier is cut off' });
    }
    const root = Math.min(2, Math.floor(first / 40));
    return [root, first - root * 40, ...rest].join('.');
}
