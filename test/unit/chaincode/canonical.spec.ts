import { canonicalJson, DOCUMENT_BYTES_MAX, type Json, parseCanonical } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

describe('canonical JSON', () => {
    it('writes keys in code-unit order, without white space', () => {
        const value = { b: [1, 'x', null], a: { z: true, A: false }, '10': 1, '9': 2, é: 0, '😀': 0, '\uffff': 0 };
        expect(canonicalJson(value)).to.equal(
            '{"10":1,"9":2,"a":{"A":false,"z":true},"b":[1,"x",null],"é":0,"😀":0,"\uffff":0}',
        );
    });

    it('reads what it writes', () => {
        const value: Json = { a: ['\u0000"\\/\n', '😀', -7, 9007199254740991], b: {} };
        expect(parseCanonical(canonicalJson(value))).to.deep.equal(value);
    });

    const otherSpellings: Readonly<Record<string, string>> = {
        'a duplicate key': '{"a":1,"a":1}',
        'a duplicate key, the last one different': '{"a":1,"a":2}',
        'white space between': '{"a": 1}',
        'white space before': ' {"a":1}',
        'white space after': '{"a":1}\n',
        'keys out of order': '{"b":1,"a":2}',
        'a fraction of zero': '{"a":1.0}',
        'an exponent': '{"a":1e2}',
        'an exponent of zero': '{"a":1E0}',
        'an escaped letter': '{"a":"\\u0061"}',
        'an escaped solidus': '{"a":"\\/"}',
        'an escape in upper case': '{"a":"\\u001F"}',
        'an escaped key': '{"\\u0061":1}',
        'escaped surrogates of a pair': '{"a":"\\ud83d\\ude00"}',
    };
    for (const [what, text] of Object.entries(otherSpellings)) {
        it(`refuses ${what}`, () => {
            expectRefusal(() => parseCanonical(text), 'INPUT_NOT_CANONICAL');
        });
    }

    const invalid: Readonly<Record<string, string>> = {
        'what is not JSON': '{a:1}',
        nothing: '',
        'a byte order mark': '\ufeff{}',
        'a leading zero': '{"a":01}',
        'a plus sign': '{"a":+1}',
        'minus zero': '{"a":-0}',
        'a fraction': '{"a":0.5}',
        'an integer above the safe ones': '{"a":9007199254740992}',
        infinity: '{"a":1e400}',
        '__proto__ as a key': '{"__proto__":{"admin":true}}',
        '__proto__ deep inside': '{"a":[{"__proto__":1}]}',
        '__proto__ by escapes': '{"\\u005f_proto__":1}',
        'a lone surrogate': '{"a":"\\ud800"}',
        'a lone surrogate in a key': '{"\\udc00":1}',
        'nesting deeper than thirteen': '['.repeat(14) + ']'.repeat(14),
        'nesting as deep as the text allows': '['.repeat(30_000) + ']'.repeat(30_000),
    };
    for (const [what, text] of Object.entries(invalid)) {
        it(`refuses ${what}`, () => {
            expectRefusal(() => parseCanonical(text), 'INPUT_INVALID');
        });
    }

    it('refuses to write what has no canonical form', () => {
        for (const value of [0.5, -0, NaN, Infinity, 2 ** 53, '\udc00', { '\ud800': 1 }]) {
            expectRefusal(() => canonicalJson(value), 'INPUT_INVALID');
        }
    });

    it('says what is wrong', () => {
        const refused = (text: string, reason: string): void =>
            expectRefusal(() => parseCanonical(text), 'INPUT_INVALID', { reason });
        refused('{a:1}', 'not JSON');
        refused('{"a":0.5}', 'numbers are whole and safe');
        refused('{"a":"\\ud800"}', 'text is not well-formed Unicode');
        refused('{"__proto__":1}', 'key not allowed');
        refused('['.repeat(14) + ']'.repeat(14), 'nested too deep');
    });

    it('nests thirteen deep, in lists and in objects alike', () => {
        const list = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
        const object = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
        for (const nested of [list, object]) {
            expect(canonicalJson(parseCanonical(nested(13)))).to.equal(nested(13));
            expectRefusal(() => parseCanonical(nested(14)), 'INPUT_INVALID', { reason: 'nested too deep' });
        }
    });

    it('is not fooled by a prototype', () => {
        const value = parseCanonical('{"constructor":1,"toString":2}');
        expect(Object.keys(value as object)).to.deep.equal(['constructor', 'toString']);
        expect(Object.prototype).not.to.have.property('admin');
    });

    it('counts bytes, not characters, and reads none of what is too large', () => {
        const fits = `"${'é'.repeat(DOCUMENT_BYTES_MAX / 2 - 1)}"`;
        expect(parseCanonical(fits)).to.have.length(DOCUMENT_BYTES_MAX / 2 - 1);
        const tooLarge = `"${'é'.repeat(DOCUMENT_BYTES_MAX / 2)}"`;
        const bytes = DOCUMENT_BYTES_MAX + 2;
        expectRefusal(() => parseCanonical(tooLarge), 'INPUT_TOO_LARGE', { bytes, bytesMax: DOCUMENT_BYTES_MAX });
        expectRefusal(() => parseCanonical('x'.repeat(100_000)), 'INPUT_TOO_LARGE');
    });
});
