import { z } from 'zod';
import { marketError } from '../domain/errors.js';
import { canonicalJson, DOCUMENT_BYTES_MAX, type Json, parseCanonical } from './canonical.js';

/** Both directions between a value and its canonical text; every value passes the same strict schema either way. */
export type Codec<Value> = Readonly<{
    encode: (value: Value) => string;
    /** The value as JSON, before it becomes text. */
    toJson: (value: Value) => Json;
    /** @throws INPUT_INVALID {path, reason} and what `parseCanonical` throws */
    decode: (text: string) => Value;
    fromJson: (json: Json) => Value;
    /** Most bytes that `decode` takes. */
    bytesMax: number;
    /** Whether two values say the same: a command sent again says what the record says. */
    isSame: (left: Value, right: Value) => boolean;
}>;

const REASON_CHARACTERS_MAX = 160;

/** Builds a codec from a schema whose encoded side is JSON. */
export function codec<Value>(schema: z.ZodType<Value>, bytesMax = DOCUMENT_BYTES_MAX): Codec<Value> {
    const fromJson = (json: Json): Value => unwrap(z.safeDecode(schema, json));
    const toJson = (value: Value): Json => unwrap(z.safeEncode(schema, value)) as Json;
    const encode = (value: Value): string => canonicalJson(toJson(value));
    return {
        toJson,
        fromJson,
        bytesMax,
        encode,
        isSame: (left, right) => encode(left) === encode(right),
        decode: (text) => fromJson(parseCanonical(text, bytesMax)),
    };
}

function unwrap<Value>(result: z.ZodSafeParseResult<Value>): Value {
    if (result.success) {
        return result.data;
    }
    const issue = result.error.issues[0];
    throw marketError('INPUT_INVALID', {
        path: bounded((issue?.path ?? []).map(String).join('.')),
        reason: bounded(issue?.message ?? 'invalid'),
    });
}

const bounded = (text: string): string =>
    text.length <= REASON_CHARACTERS_MAX ? text : `${text.slice(0, REASON_CHARACTERS_MAX)}…`;
