import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { correctSubsidies, isDueOtherwise, paySubsidies } from '@commonwatt/chaincode/domain/subsidy';
import { amountNano, energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '../../support/property.js';
import { FIRST_SLOT } from '../../support/sample-market.js';
import { subsidisedMarket } from '../../support/subsidised-market.js';

const pay = (due: readonly bigint[], fund: bigint): readonly [readonly bigint[], bigint] => {
    const { paidNano, fundNano } = paySubsidies(due.map(amountNano), amountNano(fund));
    return [paidNano, fundNano];
};

describe('a subsidy', () => {
    it('is paid in full while the fund goes that far', () => {
        expect(pay([30n, 0n, 20n], 60n)).to.deep.equal([[30n, 0n, 20n], 10n]);
        expect(pay([30n, 20n], 50n)).to.deep.equal([[30n, 20n], 0n]);
    });

    it('is shared in proportion where the fund is too little, the odd unit to the larger remainder, ties in order', () => {
        expect(pay([30n, 30n, 40n], 10n)).to.deep.equal([[3n, 3n, 4n], 0n]);
        expect(pay([1n, 1n, 1n], 2n)).to.deep.equal([[1n, 1n, 0n], 0n]);
        expect(pay([6_000_000n, 16_200_000n], 6_000_000n)).to.deep.equal([[1_621_622n, 4_378_378n], 0n]);
        expect(pay([5n, 5n], 0n)).to.deep.equal([[0n, 0n], 0n]);
    });

    it('that comes back is there for others', () => {
        expect(pay([-10n, 30n], 5n)).to.deep.equal([[-10n, 15n], 0n]);
        expect(pay([-10n], 5n)).to.deep.equal([[-10n], 15n]);
    });

    it('neither makes nor loses money, pays nobody more than is due, and leaves nothing unpaid while the fund holds', async () => {
        const nano = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 12n });
        await holds(
            fc.property(fc.array(nano), fc.bigInt({ min: 0n, max: 10n ** 13n }), (due, fund) => {
                const [paid, left] = pay(due, fund);
                const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
                expect(sum(paid) + left).to.equal(fund);
                expect(left >= 0n).to.equal(true);
                expect(paid.every((each, index) => each <= (due[index] ?? 0n))).to.equal(true);
                expect(left === 0n || sum(paid) === sum(due)).to.equal(true);
            }),
            { runs: 500, seconds: 2 },
        );
    });
});

describe('the correction of subsidies', () => {
    type Due = readonly [pointId: string, dueNano: bigint, paidNano?: bigint];
    const points = (...all: readonly Due[]) =>
        all.map(([pointId, due, paid = 0n]) => ({
            pointId,
            subsidy: { energyWh: energyWh(1n), dueNano: amountNano(due), paidNano: amountNano(paid) },
        }));
    const plain = { pointId: 'plain', subsidy: null };
    const corrected = (
        before: Parameters<typeof correctSubsidies>[0],
        due: Parameters<typeof correctSubsidies>[1],
        fund: bigint,
    ): unknown[] => {
        const found = correctSubsidies(before, due, amountNano(fund));
        return [...found.points.map(({ pointId, subsidy }) => [pointId, subsidy?.paidNano ?? null]), found.fundNano];
    };

    it('pays what is due beyond what was due, as far as the fund goes', () => {
        const before = points(['a', 30n, 30n], ['b', 20n, 20n]);
        expect(corrected(before, points(['a', 37n], ['b', 20n]), 50n)).to.deep.equal([['a', 37n], ['b', 20n], 43n]);
        expect(corrected(before, points(['a', 37n], ['b', 20n]), 5n)).to.deep.equal([['a', 35n], ['b', 20n], 0n]);
    });

    it('takes back what was paid beyond what is due; it is there for others', () => {
        const before = points(['a', 30n, 30n], ['b', 20n, 20n]);
        expect(corrected(before, points(['a', 12n], ['b', 33n]), 1n)).to.deep.equal([['a', 12n], ['b', 33n], 6n]);
    });

    it('owes nothing for what the fund could not pay before', () => {
        const before = points(['a', 30n, 10n]);
        expect(corrected(before, points(['a', 30n]), 50n)).to.deep.equal([['a', 10n], 50n]);
        expect(corrected(before, points(['a', 15n]), 50n)).to.deep.equal([['a', 10n], 50n]);
        expect(corrected(before, points(['a', 4n]), 50n)).to.deep.equal([['a', 4n], 56n]);
        expect(corrected(before, points(['a', 31n]), 50n)).to.deep.equal([['a', 11n], 49n]);
    });

    it('leaves out points that are due none, then or now', () => {
        expect(corrected([plain], [plain], 5n)).to.deep.equal([['plain', null], 5n]);
        expect(corrected([plain], points(['plain', 9n]), 5n)).to.deep.equal([['plain', 0n], 5n]);
        expect(corrected(points(['plain', 9n, 9n]), [plain], 5n)).to.deep.equal([['plain', null], 5n]);
        expect(corrected([], points(['new', 9n]), 5n)).to.deep.equal([['new', 0n], 5n]);
    });

    it('is needed where another amount is due', () => {
        const before = [...points(['a', 30n, 30n], ['b', 20n, 1n]), plain];
        expect(isDueOtherwise(before, [...points(['b', 20n], ['a', 30n]), plain])).to.equal(false);
        expect(isDueOtherwise(before, [...points(['a', 30n], ['b', 21n]), plain])).to.equal(true);
        expect(isDueOtherwise(before, points(['plain', 0n]))).to.equal(true);
        expect(isDueOtherwise(before, [{ pointId: 'a', subsidy: null }])).to.equal(true);
        expect(isDueOtherwise([], [plain])).to.equal(false);
        expect(isDueOtherwise(before, [])).to.equal(false);
    });
});

describe('subsidies in the settlement of a carrier', () => {
    const subsidies = ({ points }: Settlement): unknown[] =>
        points.map(({ pointId, subsidy }) => [
            pointId,
            subsidy === null ? null : [subsidy.energyWh, subsidy.dueNano, subsidy.paidNano],
        ]);

    /** The worked example of `chaincode/docs/settlement.md`, §7, to the last nano. */
    it('are paid for what renewable points feed in, of a storage within what it charged, as far as the fund goes', () => {
        const market = subsidisedMarket(30_000_000n);
        const first = market.settle(FIRST_SLOT, {
            'g.roof': { importWh: 0n, exportWh: 400n },
            'h.plain': { importWh: 0n, exportWh: 100n },
            's.battery': { importWh: 300n, exportWh: 0n },
        });
        expect(subsidies(first)).to.deep.equal([
            ['g.roof', [400n, 24_000_000n, 24_000_000n]],
            ['h.plain', null],
            ['s.battery', [0n, 0n, 0n]],
        ]);
        const second = market.settle(FIRST_SLOT + 1, {
            'g.roof': { importWh: 0n, exportWh: 100n },
            's.battery': { importWh: 0n, exportWh: 280n },
        });
        expect(subsidies(second)).to.deep.equal([
            ['g.roof', [100n, 6_000_000n, 1_621_622n]],
            ['s.battery', [270n, 16_200_000n, 4_378_378n]],
        ]);
        expect(second.points.map(({ storage }) => storage?.feeCreditNano ?? null)).to.deep.equal([null, 5_400_000n]);
        expect(market.balance('subsidy/electricity')).to.equal(0n);
        expect(market.balance('system/fees/electricity')).to.equal(600_000n);
        expect(market.coversOf('electricity').get('g')).to.equal(500n * 50_000n + 24_000_000n + 1_621_622n);
        expect(market.coversOf('electricity').get('s')).to.equal(
            -300n * 150_000n - 6_000_000n + 280n * 50_000n + 5_400_000n + 4_378_378n,
        );
    });

    it('come back where an estimate had been too high', () => {
        const market = subsidisedMarket(30_000_000n);
        market.settle(FIRST_SLOT, { 'g.roof': { importWh: 0n, exportWh: 100n, quality: 'estimated' } });
        market.settle(FIRST_SLOT + 1, { 'g.roof': { importWh: 0n, exportWh: -40n, quality: 'estimated' } });
        expect(market.balance('subsidy/electricity')).to.equal(30_000_000n - 60n * 60_000n);
    });
});
