import { codec } from '@commonwatt/chaincode/wire/codec';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import {
    amountField,
    basisPointsField,
    distinct,
    energyField,
    hashField,
    idField,
    mspIdField,
    positiveAmountField,
    priceField,
    publicKeyField,
    rateField,
    reasonField,
    signatureField,
    signedAmountField,
    signedEnergyField,
    slotField,
    versionField,
} from '@commonwatt/chaincode/wire/fields';
import { expect } from 'chai';
import { SigningKey } from '../../support/signing-key.js';
import { expectRefusal } from '../../support/refusals.js';

type Case = Readonly<{ field: Parameters<typeof codec>[0]; accepted: readonly Json[]; refused: readonly Json[] }>;

const nines = (digits: number): string => '9'.repeat(digits);
const power = (digits: number): string => `1${'0'.repeat(digits)}`;
/** Spellings of a number that are no decimal integers of the wire. */
const MISSPELT: readonly Json[] = ['', '01', '-0', '+1', '1.0', '1e3', ' 1', '1 ', '0x1', '١', 'NaN', 1, null, [1]];

const CASES: Readonly<Record<string, Case>> = {
    energy: { field: energyField, accepted: ['0', '1', power(15)], refused: ['-1', `${power(14)}1`, ...MISSPELT] },
    'an energy with a sign': {
        field: signedEnergyField,
        accepted: ['0', '-1', power(18), `-${power(18)}`],
        refused: [`${power(17)}01`, ...MISSPELT],
    },
    price: {
        field: priceField,
        accepted: ['0', '-1', power(12), `-${power(12)}`],
        refused: [`${power(11)}1`, `-${power(11)}1`, ...MISSPELT],
    },
    rate: { field: rateField, accepted: ['0', power(12)], refused: ['-1', `${power(11)}1`, ...MISSPELT] },
    amount: { field: amountField, accepted: ['0', power(27)], refused: ['-1', `${power(26)}1`, ...MISSPELT] },
    'a positive amount': { field: positiveAmountField, accepted: ['1'], refused: ['0', '-1', ...MISSPELT] },
    'an amount with a sign': {
        field: signedAmountField,
        accepted: ['0', power(30), `-${power(30)}`],
        refused: [nines(31), `-${nines(31)}`, nines(5_000), ...MISSPELT],
    },
    slot: { field: slotField, accepted: [0, 2_000_000_000], refused: [-1, 2_000_000_001, '1', null] },
    version: { field: versionField, accepted: [1, 1_000_000], refused: [0, 1_000_001] },
    'basis points': { field: basisPointsField, accepted: [0, 10_000], refused: [-1, 10_001] },
    id: {
        field: idField,
        accepted: ['abc', 'bld-12', 'a.b', '0'.repeat(64), 'a--b'],
        refused: ['ab', 'a/b', 'A12', '-ab', 'ab-', 'ab.', 'a_b', 'ab\n', 'x'.repeat(65), '', 'ä12'],
    },
    'MSP id': {
        field: mspIdField,
        accepted: ['Org1MSP', 'O', 'x.y-z'],
        refused: ['', '-x', 'a/b', 'a b', 'Org1MSP\n', 'x'.repeat(65)],
    },
    hash: {
        field: hashField,
        accepted: ['ab'.repeat(32)],
        refused: ['AB'.repeat(32), 'ab'.repeat(31), `${'ab'.repeat(32)}0`, `${'ab'.repeat(32)}\n`],
    },
    signature: {
        field: signatureField,
        accepted: ['ab'.repeat(64)],
        refused: ['AB'.repeat(64), 'ab'.repeat(63), 'ab'.repeat(72), `${'ab'.repeat(64)}\n`],
    },
    'public key': {
        field: publicKeyField,
        accepted: [new SigningKey().publicKey],
        refused: ['', new SigningKey().publicKey.toUpperCase(), `${new SigningKey().publicKey}00`],
    },
    reason: { field: reasonField, accepted: ['checked', 'gridDisturbance'], refused: ['Checked', 'ab', 'a b', 'a-b'] },
    'a list without repetition': {
        field: distinct(idField, 2),
        accepted: [[], ['abc'], ['abc', 'abd']],
        refused: [['abc', 'abc'], ['abc', 'abd', 'abe'], 'abc'],
    },
};

describe('a field on the wire', () => {
    for (const [name, { field, accepted, refused }] of Object.entries(CASES)) {
        const { fromJson, toJson } = codec(field);
        it(`${name}: has bounds and one spelling`, () => {
            for (const json of accepted) {
                expect(toJson(fromJson(json)), JSON.stringify(json)).to.deep.equal(json);
            }
            for (const json of refused) {
                expectRefusal(() => fromJson(json), 'INPUT_INVALID');
            }
        });
    }

    it('is refused with a short reason, however long the input', () => {
        const { fromJson } = codec(hashField);
        try {
            fromJson('x'.repeat(10_000));
            expect.fail('a hash of 10 000 characters');
        } catch (error) {
            expect(JSON.stringify(error)).to.have.length.below(400);
        }
    });
});
