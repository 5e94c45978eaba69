import { type Credit, emptyCover, emptyLane, type Lane } from '@commonwatt/chaincode/domain/account';
import { debitPayingDebts, owedOn, payDebt } from '@commonwatt/chaincode/domain/debt';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectRefusal } from '../../support/refusals.js';

const lane = (nano: bigint): Lane => ({ ...emptyLane('anna', 3), balanceNano: amountNano(nano) });
const credit = (sourceId: string, nano: bigint): Credit => ({
    participantId: 'anna',
    sourceId,
    amountNano: amountNano(nano),
});
const cover = (carrier: 'electricity' | 'heat', nano: bigint) => ({
    ...emptyCover('anna', carrier),
    balanceNano: amountNano(nano),
});

describe('what is owed', () => {
    it('is what covers are below zero, whatever others hold', () => {
        expect(owedOn([])).to.equal(0n);
        expect(owedOn([cover('electricity', 7n), cover('heat', -5n)])).to.equal(5n);
        expect(owedOn([cover('electricity', -1n), cover('heat', -5n)])).to.equal(6n);
    });

    it('is paid before anything leaves the lane', () => {
        const debts = [cover('electricity', -30n), cover('heat', -5n)];
        expect(debitPayingDebts(lane(100n), [], amountNano(10n), debts).balanceNano).to.equal(55n);
        expect(debitPayingDebts(lane(45n), [], amountNano(10n), debts).balanceNano).to.equal(0n);
        expect(debitPayingDebts(lane(44n), [credit('a', 2n)], amountNano(10n), debts).balanceNano).to.equal(1n);
        expect(debitPayingDebts(lane(10n), [], amountNano(10n), []).balanceNano).to.equal(0n);
    });

    it('is named where the money is too little for both', () => {
        const debts = [cover('heat', -5n)];
        expectRefusal(() => debitPayingDebts(lane(13n), [credit('a', 1n)], amountNano(10n), debts), 'COVER_OWED', {
            participantId: 'anna',
            carrier: 'heat',
            balanceNano: -5n,
            neededNano: 15n,
            heldNano: 14n,
        });
        expectRefusal(() => debitPayingDebts(lane(9n), [], amountNano(10n), []), 'ACCOUNT_UNDERFUNDED', {
            neededNano: 10n,
        });
    });

    it('folds no credit that neither the amount nor the debts need', () => {
        const debts = [cover('heat', -5n)];
        const credits = [credit('a', 3n), credit('b', 3n)];
        expect(debitPayingDebts(lane(10n), credits, amountNano(10n), debts).balanceNano).to.equal(1n);
        expectRefusal(() => debitPayingDebts(lane(12n), credits, amountNano(10n), debts), 'CREDIT_NOT_NEEDED', {
            sourceId: 'b',
        });
    });

    it('moves from the free account into the cover', () => {
        expect(
            payDebt(cover('heat', -5n)).map(({ account, kind, amountNano: nano }) => [account, kind, nano]),
        ).to.deep.equal([
            ['free/anna', 'debt', -5n],
            ['cover/anna/heat', 'debt', 5n],
        ]);
    });

    it('property: what leaves, what is paid and what stays is what was there', () => {
        const nano = fc.bigInt({ min: 0n, max: 10n ** 20n });
        fc.assert(
            fc.property(nano, nano, nano, nano, (left, amount, electricity, heat) => {
                const debts = [cover('electricity', -electricity - 1n), cover('heat', -heat - 1n)];
                const before = left + amount + owedOn(debts);
                const after = debitPayingDebts(lane(before), [], amountNano(amount), debts);
                expect(after.balanceNano).to.equal(left);
            }),
        );
    });
});
