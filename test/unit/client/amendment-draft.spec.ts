import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { checkAmendment } from '@commonwatt/chaincode/domain/amendment';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { amendedTerms, type AmendmentChanges, InvalidError } from '@commonwatt/client';
import { expect } from 'chai';
import { saleOf } from '../../support/amended.js';
import { FIRST_SLOT, RULES } from '../../support/sample-market.js';

const TERMS = saleOf([100n, 200n, 300n], [1n, 2n, 3n]);
const CURRENT = { agreementId: '1'.repeat(64), terms: TERMS, termsHash: termsHashOf(TERMS), consents: [] };
const FROM = FIRST_SLOT + 1;

const amended = (changes: Partial<AmendmentChanges>): Terms =>
    amendedTerms(CURRENT, { version: 2, leg: 0, fromSlot: FROM, rulesVersion: 1, ...changes });
const quantities = ({ legs: [leg] }: Terms): unknown => [leg?.energyWh, leg?.priceMicroPerKwh];

describe('a drafted amendment', () => {
    it('follows the version in force, with the rules in force, and is void from the end of delivery on', () => {
        const terms = amended({ energyWh: [7n].map(energyWh) });
        checkAmendment(CURRENT, terms, FROM, RULES);
        expect(terms).to.include({ version: 2, previousHash: CURRENT.termsHash, concludeBeforeSlot: FIRST_SLOT + 3 });
        expect(amended({ concludeBeforeSlot: FROM })).to.include({ concludeBeforeSlot: FROM });
    });

    it('changes the leg from the slot on, by one value for all or one for each', () => {
        const one = amended({ energyWh: [energyWh(7n)], priceMicroPerKwh: [priceMicroPerKwh(-5n)] });
        expect(quantities(one)).to.deep.equal([
            [100n, 7n, 7n],
            [1n, -5n, -5n],
        ]);
        const each = amended({ energyWh: [7n, 8n].map(energyWh) });
        expect(quantities(each)).to.deep.equal([
            [100n, 7n, 8n],
            [1n, 2n, 3n],
        ]);
    });

    it('goes on as in its last slot where it is longer, and stops where it is shorter', () => {
        expect(quantities(amended({ endSlot: FIRST_SLOT + 5 }))).to.deep.equal([
            [100n, 200n, 300n, 300n, 300n],
            [1n, 2n, 3n, 3n, 3n],
        ]);
        const shorter = amended({ endSlot: FIRST_SLOT + 2 });
        expect(shorter).to.include({ slotCount: 2, concludeBeforeSlot: FIRST_SLOT + 2 });
        expect(quantities(shorter)).to.deep.equal([
            [100n, 200n],
            [1n, 2n],
        ]);
    });

    const refused: readonly (readonly [string, Partial<AmendmentChanges>])[] = [
        ['--leg', { leg: 1 }],
        ['--from-slot', { fromSlot: FIRST_SLOT - 1 }],
        ['--from-slot', { fromSlot: FIRST_SLOT + 4 }],
        ['--from-slot', { fromSlot: FIRST_SLOT + 3, endSlot: FIRST_SLOT + 2 }],
        ['--energy', { energyWh: [1n, 2n, 3n].map(energyWh) }],
        ['--price', { priceMicroPerKwh: [] }],
    ];
    for (const [option, changes] of refused) {
        it(`refuses ${option} ${Object.values(changes).flat().join()}`, () => {
            expect(() => amended(changes))
                .to.throw(InvalidError)
                .with.nested.property('operands.option', option);
        });
    }
});
