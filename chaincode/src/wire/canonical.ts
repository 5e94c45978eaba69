import { marketError, demand } from '../domain/errors.js';

/** A JSON value of the wire: no fractions, no exponents; quantities travel as decimal strings. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Largest command or signed document, in UTF-8 bytes. */
export const DOCUMENT_BYTES_MAX = 64 * 1024;
const DEPTH_MAX = 12;

/**
 * The one way to write a value as text: keys in code-unit order, no white space, whole numbers only. Equal values have
 * equal bytes, so hashes and signatures are over these bytes.
 * @throws INPUT_INVALID {reason} for a value that has no canonical form
 */
export function canonicalJson(value: Json, depth = 0): string {
    demand(depth <= DEPTH_MAX, 'INPUT_INVALID', { reason: 'nested too deep' });
    if (typeof value === 'string') {
        demand(value.isWellFormed(), 'INPUT_INVALID', { reason: 'text is not well-formed Unicode' });
        return JSON.stringify(value);
    }
    if (typeof value === 'number') {
        demand(Number.isSafeInteger(value) && !Object.is(value, -0), 'INPUT_INVALID', {
            reason: 'numbers are whole and safe',
        });
        return String(value);
    }
    if (typeof value === 'boolean' || value === null) {
        return String(value);
    }
    if (Array.isArray(value)) {
        return `[${(value as readonly Json[]).map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
    }
    const members = Object.entries(value)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, member]) => {
            demand(key !== '__proto__', 'INPUT_INVALID', { reason: 'key not allowed' });
            return `${canonicalJson(key)}:${canonicalJson(member, depth + 1)}`;
        });
    return `{${members.join(',')}}`;
}

/**
 * Reads canonical text and refuses every other spelling of the same value: duplicate keys, white space, escapes,
 * fractions and exponents cannot survive the comparison.
 * @throws INPUT_TOO_LARGE {bytes, bytesMax} · INPUT_INVALID {reason} · INPUT_NOT_CANONICAL {}
 */
export function parseCanonical(text: string, bytesMax = DOCUMENT_BYTES_MAX): Json {
    const bytes = Buffer.byteLength(text, 'utf8');
    demand(bytes <= bytesMax, 'INPUT_TOO_LARGE', { bytes, bytesMax });
    const value = parse(text);
    demand(canonicalJson(value) === text, 'INPUT_NOT_CANONICAL');
    return value;
}

function parse(text: string): Json {
    try {
        return JSON.parse(text) as Json;
    } catch {
        throw marketError('INPUT_INVALID', { reason: 'not JSON' });
    }
}
