/** Fields of a message by their numbers, as far as Fabric's own program reads them. */
export type Schema = Readonly<Record<number, Field>>;
export type Field = Readonly<{
    kind: 'bytes' | 'string' | 'number' | 'flag' | 'int32' | 'message';
    of?: Schema;
    isRepeated?: true;
    /** Of fields with the same name only the last one counts. */
    oneOf?: string;
}>;

/** Bytes that are no message: every peer refuses them. */
export class Malformed extends Error {
    override readonly name = 'Malformed';
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

const FIELD_MAX = 2n ** 29n - 1n;
const VARINT_MAX = 2n ** 64n - 1n;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

type Value = bigint | Buffer;
type Found = Readonly<{ number: number; value: Value }>;

/**
 * A message written anew as Fabric's programs write it. There is more than one way to write the same message, and
 * libraries differ in what they make of the odd ones; all of them read this one alike. It says what a peer understands: the last
 * one of a field that stands twice, parts of a message put together, unknown fields left out.
 * @throws Malformed what a peer refuses to read
 */
export function rewritten(schema: Schema, bytes: Uint8Array): Buffer {
    const values = new Map<number, Value[]>();
    for (const { number, value } of fieldsIn(Buffer.from(bytes))) {
        const field = schema[number];
        const isOfItsKind = (typeof value === 'bigint') === isVarint(field);
        if (field === undefined || !isOfItsKind) {
            continue;
        }
        for (const [other, { oneOf }] of Object.entries<Field>(schema)) {
            if (oneOf !== undefined && oneOf === field.oneOf && Number(other) !== number) {
                values.delete(Number(other));
            }
        }
        values.set(number, [...(values.get(number) ?? []), checked(field, value)]);
    }
    const numbers = [...values.keys()].sort((left, right) => left - right);
    return Buffer.concat(numbers.flatMap((number) => written(number, schema[number], values.get(number) ?? [])));
}

const isVarint = (field: Field | undefined): boolean =>
    field?.kind === 'number' || field?.kind === 'flag' || field?.kind === 'int32';

/** Every part has to be a message by itself, whatever they make together. */
function checked({ kind, of = {} }: Field, value: Value): Value {
    if (kind === 'message' && typeof value !== 'bigint') {
        rewritten(of, value);
    }
    if (kind === 'string' && typeof value !== 'bigint') {
        try {
            UTF8.decode(value);
        } catch {
            throw new Malformed('a text is not UTF-8');
        }
    }
    return value;
}

function written(number: number, field: Field | undefined, values: readonly Value[]): Buffer[] {
    const { kind, of = {}, isRepeated = false } = field ?? { kind: 'bytes' };
    const parts = values.filter((value) => typeof value !== 'bigint');
    const last = values.at(-1) ?? 0n;
    if (typeof last === 'bigint') {
        const value = narrowed(kind, last);
        return value === 0n ? [] : [varint(BigInt(number << 3)), varint(value)];
    }
    if (kind === 'message') {
        const messages = isRepeated ? parts : [Buffer.concat(parts)];
        return messages.map((each) => delimited(number, rewritten(of, each)));
    }
    if (isRepeated) {
        return parts.map((each) => delimited(number, each));
    }
    return last.length === 0 ? [] : [delimited(number, last)];
}

function narrowed(kind: Field['kind'], value: bigint): bigint {
    if (kind === 'flag') {
        return value === 0n ? 0n : 1n;
    }
    return kind === 'int32' ? BigInt.asUintN(64, BigInt.asIntN(32, value)) : value;
}

const delimited = (number: number, content: Buffer): Buffer =>
    Buffer.concat([varint(BigInt((number << 3) | DELIMITED)), varint(BigInt(content.length)), content]);

/** A number in groups of seven bits, the lowest first. */
export function varint(value: bigint): Buffer {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80n) {
        bytes.push(Number(rest & 0x7fn) | 0x80);
        rest >>= 7n;
    }
    return Buffer.from([...bytes, Number(rest)]);
}

function* fieldsIn(bytes: Buffer): Generator<Found> {
    let place = 0;
    while (place < bytes.length) {
        const [tag, start] = varintAt(bytes, place);
        const [value, end] = valueAt(bytes, start, tag, 0);
        place = end;
        if (value !== null) {
            yield { number: Number(tag >> 3n), value };
        }
    }
}

/** Groups nested deeper than this are refused. */
const DEPTH_MAX = 100;

/** A field's value, `null` for what no field of Fabric's has, and where the next one begins. */
function valueAt(bytes: Buffer, start: number, tag: bigint, depth: number): readonly [Value | null, number] {
    const number = tag >> 3n;
    if (number < 1n || number > FIELD_MAX || depth > DEPTH_MAX) {
        throw new Malformed('a field has a number that no field can have');
    }
    const type = Number(tag & 7n);
    if (type === VARINT) {
        return varintAt(bytes, start);
    }
    if (type === DELIMITED) {
        const [length, begin] = varintAt(bytes, start);
        const end = begin + Number(length);
        return [bytes.subarray(begin, within(bytes, end)), end];
    }
    if (type === FIXED64 || type === FIXED32) {
        return [null, within(bytes, start + (type === FIXED64 ? 8 : 4))];
    }
    if (type === GROUP_START) {
        return [null, endOfGroup(bytes, start, number, depth)];
    }
    throw new Malformed('a field is of no type');
}

function endOfGroup(bytes: Buffer, start: number, number: bigint, depth: number): number {
    let place = start;
    for (;;) {
        const [tag, begin] = varintAt(bytes, place);
        if (Number(tag & 7n) === GROUP_END) {
            if (tag >> 3n !== number) {
                throw new Malformed('a group ends that did not begin');
            }
            return begin;
        }
        [, place] = valueAt(bytes, begin, tag, depth + 1);
    }
}

function varintAt(bytes: Buffer, start: number): readonly [bigint, number] {
    let value = 0n;
    for (let index = 0; index < 10; index += 1) {
        const byte = bytes[start + index];
        if (byte === undefined) {
            break;
        }
        value |= BigInt(byte & 0x7f) << BigInt(7 * index);
        if (byte < 0x80) {
            if (value > VARINT_MAX) {
                break;
            }
            return [value, start + index + 1];
        }
    }
    throw new Malformed('a number does not end');
}

function within(bytes: Buffer, end: number): number {
    if (end > bytes.length) {
        throw new Malformed('a field is longer than its message');
    }
    return end;
}
