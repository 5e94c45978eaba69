/** Names of a block's fields by their numbers (fabric-protos: common.proto), as deep as they are told apart. */
type Names = Readonly<Record<number, readonly [name: string, within: Names]>>;

const NONE: Names = {};
const BLOCK: Names = {
    1: ['header', { 1: ['number', NONE], 2: ['previousHash', NONE], 3: ['dataHash', NONE] }],
    2: ['data', { 1: ['transaction', NONE] }],
    3: ['metadata', { 1: ['part', NONE] }],
};
const SIGNATURES: Names = {
    1: ['value', { 1: ['lastConfig', NONE], 2: ['consenterMetadata', NONE] }],
    2: ['signature', { 1: ['header', NONE], 2: ['bytes', NONE] }],
};
/** Parts of the metadata in their order. */
const PARTS: readonly (readonly [string, Names])[] = [
    ['signatures', SIGNATURES],
    ['lastConfig', NONE],
    ['codes', NONE],
    ['orderer', NONE],
    ['commitHash', { 1: ['value', NONE] }],
];

/** The field that each byte of a block belongs to; the bytes that say which field follows, and how long it is, to that field. */
export function fieldsOfBytes(block: Buffer): readonly string[] {
    const fields = Array.from({ length: block.length }, () => 'block');
    let part = 0;
    const walk = (start: number, end: number, names: Names, path: string): void => {
        let place = start;
        while (place < end) {
            const [tag, afterTag] = varintAt(block, place);
            const [name, within] = names[tag >> 3] ?? ['unknown', NONE];
            const isPart = path === 'metadata' && name === 'part';
            const [partName, partNames] = PARTS[part] ?? ['more', NONE];
            part += isPart ? 1 : 0;
            const field = [path, isPart ? partName : name].filter((each) => each !== '').join('.');
            const [value, begin] = varintAt(block, afterTag);
            const next = (tag & 7) === 2 ? begin + value : begin;
            fields.fill(field, place, next);
            const namesWithin = isPart ? partNames : within;
            if (namesWithin !== NONE) {
                walk(begin, next, namesWithin, field);
            }
            place = next;
        }
    };
    walk(0, block.length, BLOCK, '');
    return fields;
}

function varintAt(bytes: Buffer, start: number): readonly [number, number] {
    let [value, place, shift] = [0, start, 0];
    for (;;) {
        const byte = bytes.readUInt8(place);
        value += (byte & 0x7f) * 2 ** shift;
        place += 1;
        shift += 7;
        if (byte < 0x80) {
            return [value, place];
        }
    }
}
