import { type Allowance, type Allowed, ALLOWANCES, useAllowance } from '@commonwatt/chaincode/domain/allowance';
import {
    AGREEMENTS_MAX,
    countAgreement,
    pointPairsOf,
    type TradesBetween,
} from '@commonwatt/chaincode/domain/trades-between';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg } from '../../support/sample-market.js';

describe('the steps of a participant in a day', () => {
    const allowed: Allowed = { participantId: 'anna', purpose: 'key', part: 'all' };
    const used = (count: number, day = 7): Allowance => ({ ...allowed, day, used: count });

    it('are counted, from nothing on every day', () => {
        expect(useAllowance(null, allowed, 7)).to.deep.equal(used(1));
        expect(useAllowance(used(1), allowed, 7)).to.deep.equal(used(2));
        expect(useAllowance(used(9), allowed, 8)).to.deep.equal(used(1, 8));
        expect(useAllowance(used(9), allowed, 6)).to.deep.equal(used(1, 6));
    });

    it('are so many for each purpose', () => {
        const perDay = ALLOWANCES.key;
        expect(useAllowance(used(perDay - 1), allowed, 7).used).to.equal(perDay);
        expectRefusal(() => useAllowance(used(perDay), allowed, 7), 'ALLOWANCE_USED_UP', { ...allowed, perDay });
        expect(useAllowance(used(perDay), allowed, 8).used).to.equal(1);
        const offers = { ...allowed, purpose: 'offer' as const, part: '3' };
        expectRefusal(
            () => useAllowance({ ...offers, day: 7, used: ALLOWANCES.offer }, offers, 7),
            'ALLOWANCE_USED_UP',
            {
                ...offers,
                perDay: ALLOWANCES.offer,
            },
        );
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
