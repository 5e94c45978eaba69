import { MarketError } from '@commonwatt/chaincode/domain/errors';
import { canonicalJson, type Json, parseCanonical } from '@commonwatt/chaincode/wire/canonical';
import { concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { decodeError, encodeError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import fc from 'fast-check';
import { ERROR_KINDS, type ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { conclude } from '../support/market-commands.js';
import { holds } from '../support/property.js';
import { sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';

/** Values that have a canonical form. */
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.constantFrom<Json>(null, true, false, 0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), '', '\u2028', '😀'),
        fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
        fc.maxSafeInteger(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
            fc.string({ unit: 'grapheme', maxLength: 4 }).filter((key) => key !== '__proto__' && key.isWellFormed()),
            tie('value'),
            { maxKeys: 4, noNullPrototype: true },
        ),
    ),
})).value;

/** Changes of a text: a byte altered, removed, added, moved or repeated. */
const mutation = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'remove', 'insert', 'swap', 'repeat'),
    byte: fc.constantFrom(...Buffer.from(' "{}[],:0123456789-+.eE\\uabcxntrue\u0000\n/')),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(text: string, { at, kind, byte }: Mutation): string {
    const bytes = [...Buffer.from(text, 'utf8')];
    const position = at % bytes.length;
    const here = bytes[position] ?? 0;
    const edits: Readonly<Record<Mutation['kind'], () => void>> = {
        replace: () => void bytes.splice(position, 1, byte),
        remove: () => void bytes.splice(position, 1),
        insert: () => void bytes.splice(position, 0, byte),
        swap: () => void bytes.splice(position, 2, bytes[position + 1] ?? here, here),
        repeat: () => void bytes.splice(position, 0, here),
    };
    edits[kind]();
    return Buffer.from(bytes).toString('utf8');
}

/** Reads a text; `undefined` where it is refused by a coded error, which alone is allowed. */
function read<Value>(decode: () => Value): Value | undefined {
    try {
        return decode();
    } catch (error) {
        if (error instanceof MarketError) {
            return undefined;
        }
        throw error;
    }
}

describe('the canonical codec', function () {
    this.timeout(10_000);

    it('reads every value that it writes, and writes the same again', async () => {
        await holds(
            fc.property(json, (value) => {
                const text = canonicalJson(value);
                expect(canonicalJson(parseCanonical(text))).to.equal(text);
                expect(parseCanonical(text)).to.deep.equal(value);
            }),
            { runs: 1_000, seconds: 2 },
        );
    });

    it('has one spelling: any changed byte is refused or is another value with its own spelling', async () => {
        await holds(
            fc.property(json, mutation, (value, change) => {
                const text = mutate(canonicalJson(value), change);
                const again = read(() => parseCanonical(text));
                if (again !== undefined) {
                    expect(canonicalJson(again)).to.equal(text);
                }
            }),
            { runs: 3_000, seconds: 2 },
        );
    });

    it('of a command: any changed byte is refused or is another command with its own spelling', async () => {
        const key = new SigningKey();
        const command = conclude(sampleTerms(), { solar: { key }, anna: { key } });
        await holds(
            fc.property(mutation, (change) => {
                const text = mutate(command, change);
                const again = read(() => concludeCodec.decode(text));
                if (again !== undefined) {
                    expect(concludeCodec.encode(again)).to.equal(text);
                }
            }),
            { runs: 2_000, seconds: 2 },
        );
    });

    it('of errors: every refusal can be told, whatever it is about', async () => {
        const operand = fc.oneof(
            fc.string({ unit: fc.constantFrom('a', '"', '}', '\ud800', '\udc00', '😀', '\u0000', ' {') }),
            fc.double(),
            fc.bigInt(),
            fc.constantFrom(null, true, false),
            fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
        );
        const codes = Object.keys(ERROR_KINDS) as ErrorCode[];
        await holds(
            fc.property(
                fc.constantFrom(...codes),
                fc.dictionary(fc.constantFrom('a', 'b', 'c'), operand),
                (code, operands) => {
                    const text = encodeError(new MarketError(code, operands));
                    const told = decodeError(`chaincode response 500, ${text}`);
                    expect(told?.code).to.equal(code);
                    expect(Object.keys(told?.operands ?? {})).to.have.members(Object.keys(operands));
                },
            ),
            { runs: 1_000, seconds: 2 },
        );
    });
});
