/** One element of DER: its tag, its content, and where the next one begins. */
export type Element = Readonly<{ tag: number; content: Buffer; start: number; end: number }>;

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;

/** Lengths of more bytes than this belong to nothing that is kept in a block. */
const LENGTH_BYTES_MAX = 4;

/** The element that begins at a place. @throws Error where there is none, or its length is not as short as it can be */
export function elementAt(bytes: Buffer, start: number): Element {
    const tag = bytes.readUInt8(start);
    const first = bytes.readUInt8(start + 1);
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    const begin = start + 2 + lengthBytes;
    if (first === 0x80 || lengthBytes > LENGTH_BYTES_MAX || begin > bytes.length) {
        throw new Error('the length of an element is none of DER');
    }
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes);
    const isShortest = lengthBytes === 0 || (length >= 0x80 && bytes.readUInt8(start + 2) !== 0);
    const end = begin + length;
    if (!isShortest || end > bytes.length) {
        throw new Error('the length of an element is none of DER');
    }
    return { tag, content: bytes.subarray(begin, end), start, end };
}

/** A whole number that is greater than zero. @throws Error for another element */
export function positiveInteger({ tag, content }: Element): bigint {
    const [first = 0, second = 0] = content;
    const isShortest = content.length === 1 || first !== 0 || second >= 0x80;
    if (tag !== INTEGER || content.length === 0 || first >= 0x80 || !isShortest) {
        throw new Error('the element is no positive whole number of DER');
    }
    return BigInt(`0x${content.toString('hex')}`);
}
