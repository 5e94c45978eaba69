import {
    agreedBetween,
    type Allowance,
    ALLOWANCES,
    coverStepOf,
    stepOf,
    useAllowance,
} from '@commonwatt/chaincode/domain/allowance';
import {
    AGREEMENTS_MAX,
    countAgreement,
    pointPairsOf,
    type TradesBetween,
} from '@commonwatt/chaincode/domain/trades-between';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg } from '../../support/sample-market.js';

describe('what a step leaves in a day', () => {
    const allowed = stepOf('anna', 'key');
    const used = (usedBytes: number, day = 7): Allowance => ({ ...allowed, day, usedBytes });

    it('is counted in bytes, from nothing on every day', () => {
        expect(useAllowance(null, allowed, 7, 100)).to.deep.equal(used(100));
        expect(useAllowance(used(100), allowed, 7, 30)).to.deep.equal(used(130));
        expect(useAllowance(used(900), allowed, 8, 30)).to.deep.equal(used(30, 8));
    });

    it('goes on in the later day for whoever goes to and fro across midnight', () => {
        expect(useAllowance(used(900, 8), allowed, 7, 30)).to.deep.equal(used(930, 8));
        expect(useAllowance(used(930, 8), allowed, 8, 30)).to.deep.equal(used(960, 8));
        const { perDayBytes } = ALLOWANCES.key;
        expectRefusal(() => useAllowance(used(perDayBytes, 8), allowed, 7, 1), 'ALLOWANCE_USED_UP', {
            ...allowed,
            bytes: 1,
            usedBytes: perDayBytes,
            perDayBytes,
        });
    });

    it('is so much for each purpose, to the byte', () => {
        for (const purpose of ['key', 'offer'] as const) {
            const { perDayBytes } = ALLOWANCES[purpose];
            const step = stepOf('anna', purpose, 3);
            const before = { ...step, day: 7, usedBytes: perDayBytes - 10 };
            expect(useAllowance(before, step, 7, 10).usedBytes).to.equal(perDayBytes);
            const operands = { ...step, bytes: 11, usedBytes: perDayBytes - 10, perDayBytes };
            expectRefusal(() => useAllowance(before, step, 7, 11), 'ALLOWANCE_USED_UP', operands);
            expect(useAllowance(before, step, 8, 11).usedBytes).to.equal(11);
        }
    });

    it('is counted in parts', () => {
        expect(stepOf('anna', 'key')).to.deep.equal({ holder: ['anna'], purpose: 'key', part: '0' });
        expect(['dispute', 'offer'].map((purpose) => stepOf('a', purpose as 'offer', 75).part)).to.deep.equal([
            '3',
            '11',
        ]);
        const cover = { holder: ['anna'], purpose: 'cover', part: 'heat' };
        expect(coverStepOf('anna', 'cover', 'heat')).to.deep.equal(cover);
        const between = agreedBetween({ carrier: 'heat', sellerPoint: 'a', buyerPoint: 'b' }, 11);
        expect(between).to.deep.equal({ holder: ['heat', 'a', 'b'], purpose: 'agreement', part: '3' });
    });
});

describe('agreements between two points', () => {
    const pair = { carrier: 'electricity', sellerPoint: 'solar-point', buyerPoint: 'anna-point' } as const;

    it('are counted for each pair of their points once', () => {
        const legs = [
            sampleLeg(),
            sampleLeg(),
            sampleLeg({ carrier: 'heat' }),
            sampleLeg({ sellerPoint: 'anna-point', buyerPoint: 'solar-point' }),
        ];
        expect(pointPairsOf({ legs })).to.deep.equal([
            pair,
            { ...pair, carrier: 'heat' },
            { ...pair, sellerPoint: 'anna-point', buyerPoint: 'solar-point' },
        ]);
        const alike = [
            sampleLeg({ sellerPoint: 'a', buyerPoint: 'bc' }),
            sampleLeg({ sellerPoint: 'ab', buyerPoint: 'c' }),
        ];
        expect(pointPairsOf({ legs: alike })).to.have.length(2);
    });

    it('are at most two for each slot in which they begin', () => {
        // FIRST_SLOT is 10 × 96 + 40.
        const counted = (agreements: number): TradesBetween => ({ ...pair, block: 10, agreements });
        expect(countAgreement(null, pair, FIRST_SLOT)).to.deep.equal(counted(1));
        expect(countAgreement(counted(191), pair, FIRST_SLOT)).to.deep.equal(counted(192));
        expectRefusal(() => countAgreement(counted(192), pair, FIRST_SLOT), 'TRADES_LIMIT', {
            ...pair,
            firstSlot: FIRST_SLOT,
            agreementsMax: AGREEMENTS_MAX,
        });
    });
});
