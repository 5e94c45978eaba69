import { type PointResult, settleCovers } from '@commonwatt/chaincode/domain/cover-run';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { ELECTRICITY_RULES, FIRST_SLOT } from '../../support/sample-market.js';
import { SettlementMarket } from '../../support/settlement-market.js';

const took = (importWh: bigint, exportWh = 0n): { importWh: bigint; exportWh: bigint } => ({ importWh, exportWh });

describe('the network fee', () => {
    const market = (): SettlementMarket => {
        const fresh = new SettlementMarket();
        fresh.rules = { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: priceMicroPerKwh(80_000n) };
        return fresh;
    };

    it('is owed for what a meter took, not for what it gave, and for all points of an owner together', () => {
        const fees = market();
        fees.settle(FIRST_SLOT, {
            'a.point': took(100n),
            'a.other': took(20n),
            'b.point': took(0n, 300n),
            'c.point': null,
        });
        expect(fees.postings.filter(({ kind }) => kind === 'fee')).to.deep.equal([
            {
                account: 'cover/a/electricity',
                agreementId: null,
                kind: 'fee',
                slot: FIRST_SLOT,
                amountNano: -9_600_000n,
            },
            {
                account: 'system/fees/electricity',
                agreementId: null,
                kind: 'fee',
                slot: FIRST_SLOT,
                amountNano: 9_600_000n,
            },
        ]);
        expect(fees.balance('cover/a/electricity')).to.equal(-120n * 150_000n - 9_600_000n);
    });

    it('is given back where an estimate had been too high', () => {
        const fees = market();
        fees.settle(FIRST_SLOT, { 'a.point': took(70n) });
        fees.settle(FIRST_SLOT + 1, { 'a.point': { ...took(-4n), quality: 'estimated' } });
        expect(fees.balance('system/fees/electricity')).to.equal(66n * 80_000n);
        expect(fees.balance('cover/a/electricity')).to.equal(-70n * 230_000n + 4n * 50_000n + 4n * 80_000n);
    });
});

describe('property: credit covers of a run', () => {
    const owner = fc.constantFrom('a', 'b', 'c');
    const nano = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(amountNano);
    const earned = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(amountNano);
    const point = fc
        .record({ participantId: owner, imbalanceNano: nano, feeNano: nano })
        .map((changes): PointResult => ({
            pointId: 'point',
            meteredWh: energyWh(0n),
            importWh: energyWh(0n),
            exportWh: energyWh(0n),
            contractedWh: energyWh(0n),
            imbalanceWh: energyWh(0n),
            quality: 'estimated',
            storage: null,
            subsidy: null,
            ...changes,
        }));
    const perOwner = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Map<string, Value>> =>
        fc.array(fc.tuple(owner, value)).map((entries) => new Map(entries));

    it('post what they change by, take no more than was earned, and leave no debt while something was', () => {
        fc.assert(
            fc.property(fc.array(point), perOwner(nano), perOwner(earned), (points, before, incomes) => {
                const { covers, postings } = settleCovers(
                    { carrier: 'heat', slot: FIRST_SLOT, covers: before },
                    points,
                    incomes,
                );
                const net = (account: string): bigint =>
                    postings
                        .filter((posting) => posting.account === account)
                        .reduce((sum, posting) => sum + posting.amountNano, 0n);
                expect(postings.reduce((sum, posting) => sum + posting.amountNano, 0n)).to.equal(0n);
                for (const [participantId, after] of covers) {
                    expect(after - (before.get(participantId) ?? 0n)).to.equal(net(`cover/${participantId}/heat`));
                    const repaid = -net(`free/${participantId}`);
                    const income = incomes.get(participantId) ?? 0n;
                    expect(repaid >= 0n && repaid <= income).to.equal(true);
                    expect(after >= 0n || repaid === income, 'a debt takes all that was earned').to.equal(true);
                }
            }),
            { numRuns: 500 },
        );
    });
});
