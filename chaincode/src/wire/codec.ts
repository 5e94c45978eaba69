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

/**
 * A record whose form has changed: written in the present one, read in the past one, too. So every record migrates when it is
 * next written, and reads as if it had until then.
 * @param migrate the present value of a past one; money stays what it was
 */
export function succeeding<Past, Value>(
    present: Codec<Value>,
    past: Codec<Past>,
    migrate: (past: Past) => Value,
): Codec<Value> {
    const either = <Text>(now: (text: Text) => Value, before: (text: Text) => Past, text: Text): Value => {
        try {
            return now(text);
        } catch (error) {
            try {
                return migrate(before(text));
            } catch {
                throw error; // it has neither form: what is wrong with it is told by the present one
            }
        }
    };
    return {
        ...present,
        decode: (text) => either(present.decode, past.decode, text),
        fromJson: (json) => either(present.fromJson, past.fromJson, json),
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
