import {
    coverPostings,
    exchangeWith,
    incomesOf,
    type PointResult,
    pointResult,
    resultsByOwner,
    settleCovers,
} from '@commonwatt/chaincode/domain/cover-run';
import type { Exchange } from '@commonwatt/chaincode/domain/delivery';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { AccountName, Posting } from '@commonwatt/chaincode/domain/posting';
import { amountNano, energyWh, NO_ENERGY, NO_MONEY, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { ELECTRICITY_RULES, FIRST_SLOT } from '../../support/sample-market.js';

const RULES = {
    ...ELECTRICITY_RULES,
    networkFeeMicroPerKwh: priceMicroPerKwh(20_000n),
    subsidyMicroPerKwh: priceMicroPerKwh(60_000n),
};
const POINT = {
    pointId: 'a.point',
    participantId: 'a',
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    fromSlot: 0,
    meter: { meterId: 'm', publicKey: '' },
    ...PLAIN_POINT,
} as const;
const exchange = (changes: Partial<Exchange> = {}): Exchange => ({
    point: POINT,
    soldWh: energyWh(70n),
    boughtWh: energyWh(40n),
    statedNetWh: energyWh(5n),
    meteredWh: energyWh(-100n),
    importWh: energyWh(130n),
    exportWh: energyWh(30n),
    quality: 'estimated',
    isStation: false,
    ...changes,
});

describe('the result of a point', () => {
    it('prices its imbalance short or long, and asks the fee for what it took', () => {
        expect(pointResult(exchange(), energyWh(-135n), RULES, null)).to.deep.equal({
            pointId: 'a.point',
            participantId: 'a',
            meteredWh: -100n,
            importWh: 130n,
            exportWh: 30n,
            contractedWh: 35n,
            imbalanceWh: -135n,
            imbalanceNano: -135n * 150_000n,
            feeNano: 130n * 20_000n,
            storage: null,
            subsidy: null,
            quality: 'estimated',
        });
        expect(pointResult(exchange(), energyWh(4n), RULES, null).imbalanceNano).to.equal(4n * 50_000n);
    });

    it('is due a subsidy for what it gave where it is renewable, of a storage for what came back', () => {
        const renewable = { ...POINT, isRenewable: true };
        const due = (point: Exchange['point'], charged: bigint | null) => {
            const stored = charged === null ? null : { chargedWh: energyWh(charged), creditedWh: NO_ENERGY };
            const found = pointResult(exchange({ point, importWh: NO_ENERGY }), NO_ENERGY, RULES, stored);
            return [
                found.subsidy?.energyWh ?? null,
                found.subsidy?.dueNano ?? null,
                found.storage?.feeCreditNano ?? null,
            ];
        };
        expect(due(renewable, null)).to.deep.equal([30n, 1_800_000n, null]);
        expect(due({ ...renewable, storageEfficiencyBp: 5_000 }, 20n)).to.deep.equal([10n, 600_000n, 200_000n]);
        expect(due({ ...POINT, storageEfficiencyBp: 5_000 }, 20n)).to.deep.equal([null, null, 200_000n]);
    });
});

const result = (pointId: string, participantId: string, changes: Partial<PointResult> = {}): PointResult => ({
    pointId,
    participantId,
    meteredWh: NO_ENERGY,
    importWh: NO_ENERGY,
    exportWh: NO_ENERGY,
    contractedWh: NO_ENERGY,
    imbalanceWh: NO_ENERGY,
    imbalanceNano: NO_MONEY,
    feeNano: NO_MONEY,
    storage: null,
    subsidy: null,
    quality: 'measured',
    ...changes,
});
const posting = (account: AccountName, kind: Posting['kind'], amount: bigint): Posting => ({
    account,
    kind,
    agreementId: null,
    slot: FIRST_SLOT,
    amountNano: amountNano(amount),
});

describe('the income of a run', () => {
    it('is what free accounts receive, but for money of their own that comes back', () => {
        const incomes = incomesOf([
            posting('escrow/one/b', 'energy', -9n),
            posting('free/a', 'energy', 9n),
            posting('free/a', 'default', 2n),
            posting('free/a', 'release', 100n),
            posting('free/b', 'default', 3n),
            posting('cover/a/heat', 'imbalance', 50n),
        ]);
        expect([...incomes]).to.deep.equal([
            ['a', 11n],
            ['b', 3n],
        ]);
    });
});

describe('the results of an owner', () => {
    it('are those of all its points, owners in the order of their ids', () => {
        const storage = {
            reexportedWh: NO_ENERGY,
            chargedWh: NO_ENERGY,
            creditedWh: NO_ENERGY,
            feeCreditNano: amountNano(5n),
        };
        const subsidy = { energyWh: NO_ENERGY, dueNano: amountNano(9n), paidNano: amountNano(7n) };
        const points = [
            result('1', 'b', { imbalanceNano: amountNano(-1n), storage }),
            result('2', 'a', { feeNano: amountNano(2n), subsidy }),
            result('3', 'b', { imbalanceNano: amountNano(4n), feeNano: amountNano(3n) }),
        ];
        const none = { imbalanceNano: 0n, feeNano: 0n, creditNano: 0n, subsidyNano: 0n };
        expect(resultsByOwner(points)).to.deep.equal([
            { ...none, participantId: 'a', feeNano: 2n, subsidyNano: 7n },
            { ...none, participantId: 'b', imbalanceNano: 3n, feeNano: 3n, creditNano: 5n },
        ]);
    });

    it('are booked each for its reason; a debt is paid from income', () => {
        const owner = {
            participantId: 'a',
            imbalanceNano: amountNano(-30n),
            feeNano: amountNano(20n),
            creditNano: amountNano(5n),
            subsidyNano: amountNano(7n),
        };
        const booked = [
            posting('cover/a/heat', 'imbalance', -30n),
            posting('system/imbalance/heat', 'imbalance', 30n),
            posting('cover/a/heat', 'fee', -20n),
            posting('system/fees/heat', 'fee', 20n),
            posting('system/fees/heat', 'feeCredit', -5n),
            posting('cover/a/heat', 'feeCredit', 5n),
            posting('subsidy/heat', 'subsidy', -7n),
            posting('cover/a/heat', 'subsidy', 7n),
        ];
        expect(coverPostings('heat', FIRST_SLOT, owner)).to.deep.equal(booked);
        const point = result('1', 'a', {
            imbalanceNano: owner.imbalanceNano,
            feeNano: owner.feeNano,
            storage: {
                reexportedWh: NO_ENERGY,
                chargedWh: NO_ENERGY,
                creditedWh: NO_ENERGY,
                feeCreditNano: owner.creditNano,
            },
            subsidy: { energyWh: NO_ENERGY, dueNano: owner.subsidyNano, paidNano: owner.subsidyNano },
        });
        const run = { carrier: 'heat', slot: FIRST_SLOT, covers: new Map([['a', amountNano(10n)]]) } as const;
        const { covers, postings } = settleCovers(run, [point], new Map([['a', amountNano(11n)]]));
        // 10 − 30 − 20 + 5 + 7 = −28, of which 11 are earned.
        expect([...covers]).to.deep.equal([['a', -17n]]);
        expect(postings).to.deep.equal([
            ...booked,
            posting('free/a', 'debt', -11n),
            posting('cover/a/heat', 'debt', 11n),
        ]);
    });
});

describe('a gain', () => {
    it('moves into the account, a loss out of it, nothing not at all', () => {
        const reason = { kind: 'energy', agreementId: null, slot: FIRST_SLOT } as const;
        const moved = (gain: bigint): [string, bigint][] =>
            exchangeWith('free/a', 'free/b', amountNano(gain), reason).map((each) => [each.account, each.amountNano]);
        expect(moved(3n)).to.deep.equal([
            ['free/b', -3n],
            ['free/a', 3n],
        ]);
        expect(moved(-3n)).to.deep.equal([
            ['free/a', -3n],
            ['free/b', 3n],
        ]);
        expect(moved(0n)).to.deep.equal([]);
    });
});
