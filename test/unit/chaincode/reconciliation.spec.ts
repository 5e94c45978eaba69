import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { changedClaims, dueSlotOf, lastRunOf, leastRunFor } from '@commonwatt/chaincode/domain/reconciliation';
import type { Settlement, ValuedLeg } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, negate, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { exactTerms, given, taken } from '../../support/metered-trades.js';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg } from '../../support/sample-market.js';
import { type Metered, SettlementMarket } from '../../support/settlement-market.js';
import { subsidisedMarket } from '../../support/subsidised-market.js';

const [ONE, TWO] = ['1'.repeat(64), '2'.repeat(64)];

describe('the runs of a slot', () => {
    const slot = { carrier: 'heat', slot: 100 } as const;
    const reopened = (lastRun: number) => ({ ...slot, lastRun });

    it('are three after the first, and one more for each dispute that is confirmed later', () => {
        expect([lastRunOf(null), lastRunOf(reopened(5))]).to.deep.equal([3, 5]);
    });

    it('are made from the same run of what the slot is made from, the last ones from its last', () => {
        const least = [1, 2, 3, 4].map((run) => [leastRunFor(run, null), leastRunFor(run, reopened(5))]);
        expect(least).to.deep.equal([
            [1, 1],
            [2, 2],
            [3, 5],
            [3, 5],
        ]);
    });

    it('are dated from the end of the slot; who reopens it need not wait longer', () => {
        const due = (run: number, lastRun?: number): number =>
            dueSlotOf({ ...slot, run }, [4, 8, 12], lastRun === undefined ? null : reopened(lastRun));
        expect([due(1), due(2), due(3), due(4, 5), due(5, 5)]).to.deep.equal([105, 109, 113, 113, 113]);
        expectRefusal(() => due(4), 'RECONCILIATION_FINAL', { ...slot, run: 4 });
        expectRefusal(() => due(6, 5), 'RECONCILIATION_FINAL', { ...slot, run: 6 });
    });
});

/** p → a at 200 000 µ/kWh, so many Wh in each slot; without tolerance, rate 100 000. */
function leg(agreed: readonly bigint[], changes: Partial<Leg> = {}): Leg {
    return sampleLeg({
        sellerId: 'p',
        sellerPoint: 'p.point',
        buyerId: 'a',
        buyerPoint: 'a.point',
        energyWh: agreed.map(energyWh),
        priceMicroPerKwh: agreed.map(() => priceMicroPerKwh(200_000n)),
        ...changes,
    });
}
function marketWith(...agreed: readonly Terms[]): SettlementMarket {
    const market = new SettlementMarket();
    agreed.forEach((each, index) => market.agree([ONE, TWO][index] ?? ONE, each));
    return market;
}
/** p → a and q → a, 100 Wh each, of which a takes all. */
function twoSellers(): { market: SettlementMarket; metered: (p: bigint, q: bigint) => Record<string, Metered> } {
    const other = leg([100n], { sellerId: 'q', sellerPoint: 'q.point' });
    const market = marketWith(exactTerms([leg([100n])]), exactTerms([other], { proposerId: 'q' }));
    const metered = (p: bigint, q: bigint) => ({ 'p.point': given(p), 'q.point': given(q), 'a.point': taken(200n) });
    return { market, metered };
}
const posted = ({ postings }: Settlement, kind?: string): string[] =>
    postings
        .filter((posting) => kind === undefined || posting.kind === kind)
        .map(({ account, kind: why, agreementId, slot, amountNano: amount }) =>
            [account.replace(ONE, 'one').replace(TWO, 'two'), why, agreementId?.slice(0, 1) ?? '-', slot, amount].join(
                ' ',
            ),
        );
const FULL = { 'p.point': given(100n), 'a.point': taken(100n) };
const SHORT = { 'p.point': given(40n), 'a.point': taken(100n) };

describe('a correction', () => {
    it('posts what the slot comes to now, less what was posted; of an agreement that is through between covers', () => {
        const market = marketWith(exactTerms([leg([100n])]));
        market.settle(FIRST_SLOT, FULL);
        const corrected = market.reconcile(FIRST_SLOT, SHORT);
        // Delivered 40 instead of 100 Wh: 12 000 000 back and 6 000 000 of default; a took 60 Wh without a seller.
        expect(posted(corrected)).to.deep.equal([
            `cover/p/electricity energy 1 ${FIRST_SLOT} -12000000`,
            `cover/a/electricity energy 1 ${FIRST_SLOT} 12000000`,
            `cover/p/electricity default 1 ${FIRST_SLOT} -6000000`,
            `cover/a/electricity default 1 ${FIRST_SLOT} 6000000`,
            `cover/a/electricity imbalance - ${FIRST_SLOT} -9000000`,
            `system/imbalance/electricity imbalance - ${FIRST_SLOT} 9000000`,
        ]);
        expect(corrected).to.deep.include({ carrier: 'electricity', slot: FIRST_SLOT, run: 1, isFinal: false });
        expect(corrected.legs).to.deep.equal([
            {
                agreementId: ONE,
                leg: 0,
                agreedWh: 100n,
                shortWh: 60n,
                untakenWh: 0n,
                deliveredWh: 40n,
                paymentNano: 8_000_000n,
                causes: [{ causeLeg: 0, energyWh: 60n, isExempt: false }],
                defaults: [
                    { liableId: 'p', payeeId: 'a', causeLeg: 0, claimedNano: 6_000_000n, drawnNano: 6_000_000n },
                ],
            },
        ]);
    });

    it('posts nothing where nothing changed, and all of it back where the first run had been right', () => {
        const market = marketWith(exactTerms([leg([100n])]));
        market.settle(FIRST_SLOT, FULL);
        expect(market.reconcile(FIRST_SLOT, FULL).postings).to.deep.equal([]);
        const there = market.reconcile(FIRST_SLOT, SHORT);
        const back = market.reconcile(FIRST_SLOT, FULL);
        const opposite = there.postings.map((posting) => ({ ...posting, amountNano: negate(posting.amountNano) }));
        expect(back.postings).to.have.deep.members(opposite);
        expect([there, back].map(({ run, isFinal }) => [run, isFinal])).to.deep.equal([
            [2, false],
            [3, true],
        ]);
    });

    it('takes default money of an agreement that goes on out of escrow, and puts it back there', () => {
        const market = marketWith(exactTerms([leg([100n, 100n])]));
        market.settle(FIRST_SLOT, FULL);
        const held = (): bigint[] => market.execution(ONE).holdings.map(({ defaultNano }) => defaultNano);
        expect(held()).to.deep.equal([20_000_000n, 0n]);
        expect(posted(market.reconcile(FIRST_SLOT, SHORT), 'default')).to.deep.equal([
            `escrow/one/p default 1 ${FIRST_SLOT} -6000000`,
            `cover/a/electricity default 1 ${FIRST_SLOT} 6000000`,
        ]);
        expect(held()).to.deep.equal([14_000_000n, 0n]);
        expect(posted(market.reconcile(FIRST_SLOT, { ...FULL, 'p.point': given(90n) }), 'default')).to.deep.equal([
            `cover/a/electricity default 1 ${FIRST_SLOT} -5000000`,
            `escrow/one/p default 1 ${FIRST_SLOT} 5000000`,
        ]);
        expect(held()).to.deep.equal([19_000_000n, 0n]);
        expect(market.execution(ONE).holdings.map(({ energyNano }) => energyNano)).to.deep.equal([0n, 20_000_000n]);
    });

    it('draws a cap anew in the order of slots', () => {
        const slots = [0, 1, 2].map((offset) => FIRST_SLOT + offset);
        const market = marketWith(exactTerms([leg([100n, 100n, 100n])], { defaultCapNano: amountNano(7_000_000n) }));
        slots.forEach((slot) => market.settle(slot, { ...FULL, 'p.point': given(50n) }));
        const drawn = (): bigint[] =>
            [...(market.claims.get(ONE) ?? [])]
                .sort((left, right) => left.slot - right.slot)
                .flatMap(({ claims }) => claims.map(({ drawnNano }) => drawnNano));
        expect(drawn()).to.deep.equal([5_000_000n, 2_000_000n, 0n]);
        expect(posted(market.reconcile(FIRST_SLOT, FULL), 'default')).to.deep.equal([
            `cover/a/electricity default 1 ${FIRST_SLOT} -5000000`,
            `cover/p/electricity default 1 ${FIRST_SLOT} 5000000`,
            `cover/p/electricity default 1 ${FIRST_SLOT + 1} -3000000`,
            `cover/a/electricity default 1 ${FIRST_SLOT + 1} 3000000`,
            `cover/p/electricity default 1 ${FIRST_SLOT + 2} -2000000`,
            `cover/a/electricity default 1 ${FIRST_SLOT + 2} 2000000`,
        ]);
        expect(drawn()).to.deep.equal([5_000_000n, 2_000_000n]);
    });

    it('leaves what other agreements owe as it stands, and follows the order of their ids', () => {
        const { market, metered } = twoSellers();
        market.settle(FIRST_SLOT, metered(100n, 70n));
        const owed = ({ legs }: Settlement): bigint[][] =>
            legs.map(({ defaults }) => defaults.map(({ drawnNano }) => drawnNano));
        expect(owed(market.reconcile(FIRST_SLOT, metered(60n, 70n)))).to.deep.equal([[4_000_000n], [3_000_000n]]);
        expect(owed(market.reconcile(FIRST_SLOT, metered(60n, 100n)))).to.deep.equal([[4_000_000n], []]);
        const both = market.reconcile(FIRST_SLOT, metered(100n, 90n));
        expect(posted(both, 'default').map((line) => line.split(' ')[0])).to.deep.equal([
            'cover/a/electricity',
            'cover/p/electricity',
            'cover/q/electricity',
            'cover/a/electricity',
        ]);
    });

    it('follows the order of agreements, whichever owed before', () => {
        const { market, metered } = twoSellers();
        market.settle(FIRST_SLOT, metered(100n, 70n));
        const corrected = market.reconcile(FIRST_SLOT, metered(60n, 50n));
        const owing = posted(corrected, 'default').filter((line) => !line.startsWith('cover/a'));
        expect(owing.map((line) => line.split(' ')[0])).to.deep.equal(['cover/p/electricity', 'cover/q/electricity']);
    });

    it('claims nothing where nothing is owed for what is missing', () => {
        const market = marketWith(exactTerms([leg([100n])], { defaultRateMicroPerKwh: priceMicroPerKwh(0n) }));
        market.settle(FIRST_SLOT, FULL);
        expect(market.reconcile(FIRST_SLOT, SHORT).legs.map(({ defaults }) => defaults)).to.deep.equal([[]]);
        expect(market.corrections.map(({ claims }) => claims)).to.deep.equal([[]]);
    });

    it('of a later slot, or of another carrier, tells what is owed there', () => {
        const slots = leg([100n, 100n]);
        const market = marketWith(exactTerms([slots, { ...slots, carrier: 'heat' }]));
        for (const carrier of ['electricity', 'heat'] as const) {
            market.settle(FIRST_SLOT, SHORT, { carrier });
        }
        market.settle(FIRST_SLOT + 1, FULL);
        market.settle(FIRST_SLOT + 1, FULL, { carrier: 'heat' });
        const owed = ({ legs }: Settlement): bigint[] =>
            legs.flatMap(({ defaults }) => defaults.map(({ drawnNano }) => drawnNano));
        const less = (exportWh: bigint) => ({ ...FULL, 'p.point': given(exportWh) });
        expect(owed(market.reconcile(FIRST_SLOT + 1, less(90n)))).to.deep.equal([1_000_000n]);
        expect(owed(market.reconcile(FIRST_SLOT, less(80n), { carrier: 'heat' }))).to.deep.equal([2_000_000n]);
        const written = market.corrections.map(({ claims }) => claims.map(({ slot, carrier }) => `${slot} ${carrier}`));
        expect(written, 'what stays as it was is not written again').to.deep.equal([
            [`${FIRST_SLOT + 1} electricity`],
            [`${FIRST_SLOT} heat`],
        ]);
    });

    it('writes the claims of which another part is drawn, and the escrow it moves', () => {
        const legs = [leg([100n, 100n, 100n]), leg([10n, 10n, 10n], { buyerId: 'b', buyerPoint: 'b.point' })];
        const market = marketWith(exactTerms(legs, { defaultCapNano: amountNano(10_700_000n) }));
        const metered = (p: bigint) => ({ 'p.point': given(p), 'a.point': taken(100n), 'b.point': taken(10n) });
        // 55 Wh short are 50 and 5 at 100 000. Of the second slot the cap pays 5 000 000 and 200 000, later 500 000.
        [55n, 55n].forEach((exportWh, offset) => market.settle(FIRST_SLOT + offset, metered(exportWh)));
        market.reconcile(FIRST_SLOT, metered(88n));
        const [{ claims, executions } = { claims: [], executions: [] }] = market.corrections;
        const brief = claims.map(({ slot, claims: each }) => [slot, ...each.map(({ drawnNano }) => drawnNano)]);
        expect(brief).to.deep.equal([
            [FIRST_SLOT, 2_000_000n, 200_000n],
            [FIRST_SLOT + 1, 5_000_000n, 500_000n],
        ]);
        const held = executions.flatMap(({ holdings }) => holdings.map(({ defaultNano }) => defaultNano));
        expect(held).to.deep.equal([3_000_000n, 0n, 0n]);
        // Once more with the same readings: nothing is written again.
        market.reconcile(FIRST_SLOT, metered(88n));
        expect(market.corrections.at(-1)).to.deep.include({ claims: [], executions: [] });
    });

    it('keeps apart what the legs of an agreement owe', () => {
        const legs = [leg([100n]), leg([50n], { buyerId: 'b', buyerPoint: 'b.point' })];
        const market = marketWith(exactTerms(legs));
        const metered = (p: bigint) => ({ 'p.point': given(p), 'a.point': taken(100n), 'b.point': taken(50n) });
        market.settle(FIRST_SLOT, metered(150n));
        const corrected = market.reconcile(FIRST_SLOT, metered(120n));
        expect(corrected.legs.map(({ defaults }) => defaults)).to.deep.equal([
            [{ liableId: 'p', payeeId: 'a', causeLeg: 0, claimedNano: 2_000_000n, drawnNano: 2_000_000n }],
            [{ liableId: 'p', payeeId: 'b', causeLeg: 1, claimedNano: 1_000_000n, drawnNano: 1_000_000n }],
        ]);
        expect(posted(corrected, 'energy')).to.deep.equal([
            `cover/p/electricity energy 1 ${FIRST_SLOT} -4000000`,
            `cover/a/electricity energy 1 ${FIRST_SLOT} 4000000`,
            `cover/p/electricity energy 1 ${FIRST_SLOT} -2000000`,
            `cover/b/electricity energy 1 ${FIRST_SLOT} 2000000`,
        ]);
    });

    it('of carriers leaves the claims of each other alone', () => {
        const heat = leg([100n], { carrier: 'heat' });
        const market = marketWith(exactTerms([leg([100n]), heat], { defaultCapNano: amountNano(8_000_000n) }));
        market.settle(FIRST_SLOT, SHORT);
        market.settle(FIRST_SLOT, SHORT, { carrier: 'heat' });
        const drawn = (): unknown[] =>
            [...(market.claims.get(ONE) ?? [])]
                .sort((left, right) => (left.carrier < right.carrier ? -1 : 1))
                .map(({ carrier, claims }) => [carrier, ...claims.map(({ drawnNano }) => drawnNano)]);
        expect(drawn()).to.deep.equal([
            ['electricity', 6_000_000n],
            ['heat', 2_000_000n],
        ]);
        market.reconcile(FIRST_SLOT, { ...FULL, 'p.point': given(70n) });
        expect(drawn()).to.deep.equal([
            ['electricity', 3_000_000n],
            ['heat', 5_000_000n],
        ]);
    });

    it('changes imbalance, fee, credit and subsidy of an owner by the difference', () => {
        const market = subsidisedMarket(10n ** 9n);
        const metered = (roof: bigint, charged: bigint, back: bigint) => ({
            'g.roof': given(roof),
            's.battery': { importWh: charged, exportWh: back },
        });
        market.settle(FIRST_SLOT, metered(400n, 300n, 100n));
        const corrected = market.reconcile(FIRST_SLOT, metered(350n, 310n, 90n));
        // g: 50 Wh less at 50 000 and 60 000. s: −200 and −220 Wh at 150 000, 10 Wh more fee, 10 Wh less credit and subsidy.
        expect(posted(corrected).map((line) => line.replace(/ - \d+/, ''))).to.deep.equal([
            'cover/g/electricity imbalance -2500000',
            'system/imbalance/electricity imbalance 2500000',
            'cover/g/electricity subsidy -3000000',
            'subsidy/electricity subsidy 3000000',
            'cover/s/electricity imbalance -3000000',
            'system/imbalance/electricity imbalance 3000000',
            'cover/s/electricity fee -200000',
            'system/fees/electricity fee 200000',
            'cover/s/electricity feeCredit -200000',
            'system/fees/electricity feeCredit 200000',
            'cover/s/electricity subsidy -600000',
            'subsidy/electricity subsidy 600000',
        ]);
    });
});

describe('the agreements whose caps a correction draws anew', () => {
    /** A leg that lacks so many Wh, all of them owed by its seller. */
    const lacking = (agreementId: string, index: number, energy: bigint): ValuedLeg => ({
        delivery: {
            slotLeg: {
                agreement: { agreementId, terms: exactTerms([leg([100n]), leg([100n])]) },
                index,
                leg: leg([100n]),
                offset: 0,
                agreedWh: energyWh(100n),
                lost: [],
                statedWh: null,
            },
            shortWh: energyWh(energy),
            untakenWh: energyWh(0n),
            deliveredWh: energyWh(100n - energy),
        },
        causes: [],
        liabilities:
            energy === 0n ? [] : [{ liableId: 'p', payeeId: 'a', causeLeg: index, liableWh: energyWh(energy) }],
    });
    const settled = (): Settlement => {
        const market = marketWith(exactTerms([leg([100n])]), exactTerms([leg([100n])], { salt: '01'.repeat(32) }));
        return market.settle(FIRST_SLOT, { 'p.point': given(140n), 'a.point': taken(200n) });
    };
    const changed = (...legs: readonly ValuedLeg[]): string[] => changedClaims(settled(), { legs, points: [] });

    it('are those that owe otherwise, by their ids', () => {
        expect(changed(lacking(ONE, 0, 30n), lacking(TWO, 0, 30n))).to.deep.equal([]);
        expect(changed(lacking(ONE, 0, 30n), lacking(TWO, 0, 31n))).to.deep.equal([TWO]);
        expect(changed(lacking(ONE, 0, 0n), lacking(TWO, 0, 30n))).to.deep.equal([ONE]);
        expect(changed(lacking(ONE, 1, 30n), lacking(TWO, 0, 30n))).to.deep.equal([ONE]);
        const third = '0'.repeat(64);
        expect(changed(lacking(ONE, 0, 30n), lacking(TWO, 0, 1n), lacking(third, 0, 1n))).to.deep.equal([third, TWO]);
    });
});
