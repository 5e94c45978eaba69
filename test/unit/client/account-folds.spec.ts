import type { Credit } from '@commonwatt/chaincode/domain/account';
import { debitLane, emptyLane } from '@commonwatt/chaincode/domain/account';
import { amountNano, NO_MONEY } from '@commonwatt/chaincode/domain/units';
import { FOLDS_MAX } from '@commonwatt/chaincode/wire/account';
import { foldedCredits } from '@commonwatt/client/account-client';
import { expect } from 'chai';
import fc from 'fast-check';

const credit = (sourceId: string, amount: bigint): Credit => ({
    participantId: 'bld-12',
    sourceId,
    amountNano: amountNano(amount),
});

describe('credits to fold', () => {
    it('are the largest first, and none beyond the need', () => {
        const credits = [credit('a', 1n), credit('b', 5n), credit('c', 3n), credit('d', 5n)];
        expect(foldedCredits(credits, NO_MONEY, amountNano(11n))).to.deep.equal(['b', 'd', 'c']);
        expect(foldedCredits(credits, amountNano(11n), amountNano(11n))).to.deep.equal([]);
    });

    it('are always accepted by the ledger when they suffice', () => {
        const amounts = fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { maxLength: 200 });
        fc.assert(
            fc.property(amounts, fc.bigInt({ min: 0n, max: 20_000n }), (drawn, needed) => {
                const credits = drawn.map((amount, index) => credit(`s-${String(index)}`, amount));
                const folded = foldedCredits(credits, NO_MONEY, amountNano(needed));
                expect(folded.length).to.be.at.most(FOLDS_MAX);
                const named = folded.flatMap((sourceId) => credits.filter((each) => each.sourceId === sourceId));
                const sum = named.reduce((total, each) => total + each.amountNano, 0n);
                if (sum >= needed) {
                    const lane = debitLane(emptyLane('bld-12', 0), named, amountNano(needed));
                    expect(lane.balanceNano).to.equal(sum - needed);
                }
            }),
        );
    });
});
