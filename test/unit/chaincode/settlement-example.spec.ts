import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Posting } from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { drawnBy } from '../../support/default-amounts.js';
import { ELECTRICITY_RULES, FIRST_SLOT, sampleTerms } from '../../support/sample-market.js';
import { SettlementMarket } from '../../support/settlement-market.js';

/** The worked example of `chaincode/docs/settlement.md`, §7, to the last nano. */
describe('the worked example of the settlement document', () => {
    const leg = (
        [seller, buyer]: readonly [string, string],
        [agreedWh, price]: readonly [bigint, bigint],
        others: Readonly<{ takeOrPay: boolean; rate: bigint; toleranceBp: number }>,
    ): Terms =>
        sampleTerms({
            proposerId: seller,
            parties: [
                { participantId: seller, lane: 0 },
                { participantId: buyer, lane: 0 },
            ],
            legs: [
                {
                    carrier: 'electricity',
                    sellerId: seller,
                    sellerPoint: `${seller}.point`,
                    buyerId: buyer,
                    buyerPoint: `${buyer}.point`,
                    energyWh: [energyWh(agreedWh)],
                    priceMicroPerKwh: [priceMicroPerKwh(price)],
                },
            ],
            slotCount: 1,
            takeOrPay: others.takeOrPay,
            defaultRateMicroPerKwh: priceMicroPerKwh(others.rate),
            toleranceBp: others.toleranceBp,
            defaultCapNano: amountNano(1_000_000_000n),
        });
    const takeOrPay = { takeOrPay: true, rate: 100_000n, toleranceBp: 500 };
    const [one, two, three] = ['1'.repeat(64), '2'.repeat(64), '3'.repeat(64)] as const;

    const market = new SettlementMarket();
    let fundings: number;
    let settlement: Settlement;

    before(() => {
        market.rules = { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: priceMicroPerKwh(20_000n) };
        market.agree(one, leg(['p', 'a'], [300n, 200_000n], takeOrPay));
        market.agree(two, leg(['p', 'b'], [100n, 180_000n], takeOrPay));
        market.agree(three, leg(['r', 'a'], [150n, 300_000n], { takeOrPay: false, rate: 50_000n, toleranceBp: 0 }));
        fundings = market.postings.length;
        settlement = market.settle(FIRST_SLOT, {
            'p.point': { importWh: 0n, exportWh: 333n },
            'a.point': { importWh: 420n, exportWh: 0n },
            'b.point': { importWh: 130n, exportWh: 0n },
            'r.point': null,
        });
    });

    /** Money into an account for a reason, agreement by agreement. */
    const into = (account: string, kind: Posting['kind']): bigint[] =>
        settlement.postings
            .filter((posting) => posting.account === account && posting.kind === kind)
            .map((posting) => posting.amountNano);

    it('sets aside what the parties may have to pay', () => {
        const held = market.postings.slice(0, fundings).filter((posting) => posting.amountNano > 0n);
        expect(held.map(({ account, amountNano }) => [account, amountNano])).to.deep.equal([
            [`escrow/${one}/p`, 30_000_000n],
            [`escrow/${one}/a`, 60_000_000n],
            [`escrow/${two}/p`, 10_000_000n],
            [`escrow/${two}/b`, 18_000_000n],
            [`escrow/${three}/r`, 7_500_000n],
            [`escrow/${three}/a`, 52_500_000n],
        ]);
    });

    it('spreads what is short and what is not taken', () => {
        const spread = settlement.legs.map(({ shortWh, untakenWh, deliveredWh }) => [shortWh, untakenWh, deliveredWh]);
        expect(spread).to.deep.equal([
            [50n, 20n, 250n],
            [17n, 0n, 83n],
            [0n, 10n, 140n],
        ]);
    });

    it('pays for what was delivered and gives the rest back', () => {
        expect(settlement.legs.map((each) => each.paymentNano)).to.deep.equal([50_000_000n, 14_940_000n, 42_000_000n]);
        expect(into('free/p', 'energy')).to.deep.equal([50_000_000n, 14_940_000n]);
        expect(into('free/r', 'energy')).to.deep.equal([42_000_000n]);
        const [first, third, ...closing] = into('free/a', 'release');
        expect([first, third]).to.deep.equal([10_000_000n, 3_000_000n]);
        expect(into('free/b', 'release')).to.deep.equal([3_060_000n]);
        expect(closing, 'the default part of the third agreement, less what was owed').to.deep.equal([7_000_000n]);
    });

    it('draws the default amounts', () => {
        expect(settlement.legs.map(drawnBy)).to.deep.equal([{ p: 3_500_000n }, { p: 1_200_000n }, { a: 500_000n }]);
        expect(into('free/a', 'default')).to.deep.equal([3_500_000n]);
        expect(into('free/b', 'default')).to.deep.equal([1_200_000n]);
        expect(into('free/r', 'default')).to.deep.equal([500_000n]);
    });

    it('closes the energy with imbalances', () => {
        expect(
            settlement.points.map(({ pointId, imbalanceWh, imbalanceNano }) => [pointId, imbalanceWh, imbalanceNano]),
        ).to.deep.equal([
            ['a.point', -30n, -4_500_000n],
            ['b.point', -47n, -7_050_000n],
            ['p.point', 0n, 0n],
            ['r.point', 10n, 500_000n],
        ]);
        const closes = settlement.points.reduce((sum, point) => sum + point.imbalanceWh, 0n);
        expect(closes).to.equal(333n - 420n - 130n + 150n);
    });

    it('charges the network fee for what was metered', () => {
        expect(settlement.points.map(({ importWh, feeNano }) => [importWh, feeNano])).to.deep.equal([
            [420n, 8_400_000n],
            [130n, 2_600_000n],
            [0n, 0n],
            [0n, 0n],
        ]);
        expect(market.balance('system/fees/electricity')).to.equal(11_000_000n);
    });

    it('pays debts first', () => {
        expect([...market.coversOf('electricity')]).to.deep.equal([
            ['a', -9_400_000n],
            ['b', -8_450_000n],
            ['p', 0n],
            ['r', 500_000n],
        ]);
        expect(into('free/a', 'debt')).to.deep.equal([-3_500_000n]);
        expect(into('free/b', 'debt')).to.deep.equal([-1_200_000n]);
    });

    it('sums to zero and leaves no escrow', () => {
        expect(settlement.postings.reduce((sum, posting) => sum + posting.amountNano, 0n)).to.equal(0n);
        expect(market.heldNano).to.equal(0n);
        expect([...market.executions.values()].map((execution) => execution.state)).to.deep.equal(
            Array.from({ length: 3 }, () => 'completed'),
        );
    });

    it('leaves each participant with what the document adds up to', () => {
        const fromZero = { p: 64_940_000n - 4_700_000n, a: 0n, b: 0n, r: 42_500_000n };
        expect(market.balance('free/p')).to.equal(fromZero.p);
        expect(market.balance('free/r')).to.equal(fromZero.r);
        expect(market.balance('free/a')).to.equal(-50_000_000n - 42_000_000n - 500_000n);
        expect(market.balance('free/b')).to.equal(-14_940_000n);
    });
});
