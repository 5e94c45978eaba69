import { emptyCover } from '@commonwatt/chaincode/domain/account';
import { demandCovered, isExhausted } from '@commonwatt/chaincode/domain/indebtedness';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import fc from 'fast-check';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

describe('a credit limit', () => {
    const limit = { debtLimitNano: amountNano(100n) };

    it('may be reached, not passed', () => {
        expect([1n, 0n, -99n, -100n, -101n].map((balance) => isExhausted(amountNano(balance), limit))).to.deep.equal([
            false,
            false,
            false,
            false,
            true,
        ]);
    });

    it('says who owes how much on what', () => {
        const cover = { ...emptyCover('anna', 'heat'), balanceNano: amountNano(-101n) };
        demandCovered(emptyCover('anna', 'heat'), limit);
        expectRefusal(
            () => {
                demandCovered(cover, limit);
            },
            'COVER_EXHAUSTED',
            { participantId: 'anna', carrier: 'heat', balanceNano: -101n },
        );
    });

    it('property: more money never suspends, and a limit of nothing forbids any debt', () => {
        const nano = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map(amountNano);
        fc.assert(
            fc.property(nano, nano, (balance, other) => {
                const [less, more] = balance < other ? [balance, other] : [other, balance];
                expect(isExhausted(more, limit) && !isExhausted(less, limit)).to.equal(false);
                expect(isExhausted(balance, { debtLimitNano: amountNano(0n) })).to.equal(balance < 0n);
            }),
        );
    });
});
