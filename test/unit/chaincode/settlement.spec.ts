import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { drawnBy } from '../../support/default-amounts.js';
import { exactTerms, given, taken } from '../../support/metered-trades.js';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT } from '../../support/sample-market.js';
import { SettlementMarket } from '../../support/settlement-market.js';

const ID = '1'.repeat(64);

/** One leg p → a, one entry per slot. */
function leg(agreed: readonly bigint[], prices: readonly bigint[], changes: Partial<Leg> = {}): Leg {
    return {
        carrier: 'electricity',
        sellerId: 'p',
        sellerPoint: 'p.point',
        buyerId: 'a',
        buyerPoint: 'a.point',
        energyWh: agreed.map(energyWh),
        priceMicroPerKwh: prices.map(priceMicroPerKwh),
        ...changes,
    };
}

const terms = (legs: readonly Leg[], changes: Partial<Terms> = {}): Terms =>
    exactTerms(legs, {
        defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
        defaultCapNano: amountNano(1_000_000_000n),
        ...changes,
    });

function marketWith(agreed: Terms): SettlementMarket {
    const market = new SettlementMarket((participantId) => (participantId === 'p' ? 'SellerMSP' : 'BuyerMSP'));
    market.agree(ID, agreed);
    return market;
}

const haltBy = (mspId: string, fromSlot = FIRST_SLOT): Halt => ({
    statement: { carrier: 'electricity', fromSlot, untilSlot: fromSlot + 1, reasonCode: 'gridDisturbance' },
    mspId,
    officerSubjectHash: 'aa'.repeat(32),
    keyId: 'bb'.repeat(32),
    signature: 'cc'.repeat(64),
    liftedSlot: null,
});

describe('settlement with a negative price', () => {
    it('takes the energy money from the seller and pays the buyer', () => {
        const market = marketWith(terms([leg([100n], [-30_000n])]));
        expect(market.execution(ID).holdings.map((held) => held.energyNano)).to.deep.equal([3_000_000n, 0n]);
        const { legs } = market.settle(FIRST_SLOT, { 'p.point': given(100n), 'a.point': taken(100n) });
        expect(legs[0]).to.deep.include({ deliveredWh: 100n, paymentNano: -3_000_000n, causes: [], defaults: [] });
        expect([market.balance('free/p'), market.balance('free/a')]).to.deep.equal([-3_000_000n, 3_000_000n]);
    });

    it('gives the seller back what was not delivered, and the default amount still goes to the buyer', () => {
        const market = marketWith(terms([leg([100n], [-30_000n])]));
        const { legs } = market.settle(FIRST_SLOT, { 'p.point': given(40n), 'a.point': taken(100n) });
        expect(legs[0]).to.include({ deliveredWh: 40n, paymentNano: -1_200_000n });
        expect(drawnBy(legs[0])).to.deep.equal({ p: 6_000_000n });
        expect(market.balance('free/p')).to.equal(-1_200_000n - 6_000_000n);
        expect(market.heldNano).to.equal(0n);
    });

    it('may change its sign from slot to slot', () => {
        const market = marketWith(terms([leg([100n, 100n], [-30_000n, 30_000n])]));
        expect(market.execution(ID).holdings.map((held) => held.energyNano)).to.deep.equal([3_000_000n, 3_000_000n]);
        for (const slot of [FIRST_SLOT, FIRST_SLOT + 1]) {
            market.settle(slot, { 'p.point': given(100n), 'a.point': taken(100n) });
        }
        expect([market.balance('free/p'), market.balance('free/a')]).to.deep.equal([0n, 0n]);
    });

    it('of the imbalance charges a surplus', () => {
        const market = marketWith(terms([leg([100n], [0n])]));
        market.rules = { ...ELECTRICITY_RULES, imbalanceLongMicroPerKwh: priceMicroPerKwh(-20_000n) };
        market.settle(FIRST_SLOT, { 'p.point': given(110n), 'a.point': taken(100n) });
        expect(market.coversOf('electricity').get('p')).to.equal(-200_000n);
    });
});

describe('what settlement posts', () => {
    it('says of each movement why, under which agreement and for which slot', () => {
        const market = marketWith(terms([leg([100n, 100n], [200_000n, 200_000n])]));
        const reasonsOf = (slot: number, exportWh: bigint): Set<string> =>
            new Set(
                market
                    .settle(slot, { 'p.point': given(exportWh), 'a.point': taken(100n) })
                    .postings.map(({ kind, agreementId, account, slot: of }) =>
                        [kind, agreementId === ID ? 'agreed' : agreementId, account.split('/')[0], of].join(' '),
                    ),
            );
        const carriedOut = (slot: number): string[] =>
            ['energy agreed escrow', 'energy agreed free', 'release agreed escrow', 'release agreed free'].map(
                (reason) => `${reason} ${slot}`,
            );
        const failed = (slot: number): string[] =>
            [
                'default agreed escrow',
                'default agreed free',
                'imbalance  cover',
                'imbalance  system',
                'debt  free',
                'debt  cover',
            ].map((reason) => `${reason} ${slot}`);
        expect([...reasonsOf(FIRST_SLOT, 40n)]).to.have.members([...carriedOut(FIRST_SLOT), ...failed(FIRST_SLOT)]);
        expect([...reasonsOf(FIRST_SLOT + 1, 100n)]).to.have.members(carriedOut(FIRST_SLOT + 1));
    });

    it('tells nothing of a slot in which nothing was delivered but that money goes back', () => {
        const market = marketWith(terms([leg([100n], [200_000n])], { defaultRateMicroPerKwh: priceMicroPerKwh(0n) }));
        const { postings } = market.settle(FIRST_SLOT, { 'p.point': given(0n), 'a.point': taken(0n) });
        expect(new Set(postings.map(({ kind }) => kind))).to.deep.equal(new Set(['release']));
    });
});

describe('settlement of what a source states', () => {
    const STATED = '2'.repeat(64);
    const stated = terms([leg([100n], [200_000n])], { verification: { sourceId: 'oracle' } });
    const metered = terms([leg([50n], [200_000n])]);
    const statement = (deliveredWh: bigint) => ({
        sourceId: 'oracle',
        version: 1,
        agreementId: STATED,
        leg: 0,
        slot: FIRST_SLOT,
        deliveredWh: energyWh(deliveredWh),
    });
    const settled = (statedWh: bigint, exportWh: bigint, importWh: bigint) => {
        const market = marketWith(metered);
        market.agree(STATED, stated);
        const { legs, points } = market.settle(
            FIRST_SLOT,
            { 'p.point': given(exportWh), 'a.point': taken(importWh) },
            { statements: [statement(statedWh)] },
        );
        const brief = legs.map(({ deliveredWh, shortWh, untakenWh }) => [deliveredWh, shortWh, untakenWh]);
        return { legs: brief, imbalances: points.map(({ imbalanceWh }) => imbalanceWh) };
    };

    it('comes before what meters tell, which the other legs share', () => {
        expect(settled(80n, 130n, 130n)).to.deep.equal({
            legs: [
                [50n, 0n, 0n],
                [80n, 20n, 0n],
            ],
            imbalances: [0n, 0n],
        });
    });

    it('leaves a shortage of the meters to the legs that meters verify', () => {
        const { legs, imbalances } = settled(80n, 100n, 130n);
        expect(legs).to.deep.equal([
            [20n, 30n, 0n],
            [80n, 20n, 0n],
        ]);
        expect(imbalances).to.deep.equal([-30n, 0n]);
    });

    it('counts up to what was agreed', () => {
        expect(settled(120n, 170n, 150n).legs[1]).to.deep.equal([100n, 0n, 0n]);
    });
});

describe('settlement of what the buyer does not take', () => {
    const metered = { 'p.point': given(100n), 'a.point': taken(70n) };

    it('is paid in full under take-or-pay', () => {
        const market = marketWith(terms([leg([100n], [200_000n])], { takeOrPay: true }));
        const { legs, points } = market.settle(FIRST_SLOT, metered);
        expect(legs[0]).to.deep.include({
            untakenWh: 30n,
            deliveredWh: 100n,
            paymentNano: 20_000_000n,
            defaults: [],
        });
        expect(points.map(({ pointId, imbalanceWh }) => [pointId, imbalanceWh])).to.deep.equal([
            ['a.point', 30n],
            ['p.point', 0n],
        ]);
    });

    it('is a default of the buyer otherwise', () => {
        const market = marketWith(terms([leg([100n], [200_000n])], { takeOrPay: false }));
        const { legs, points } = market.settle(FIRST_SLOT, metered);
        expect(legs[0]).to.deep.include({
            deliveredWh: 70n,
            paymentNano: 14_000_000n,
            causes: [],
            defaults: [{ liableId: 'a', payeeId: 'p', causeLeg: 0, claimedNano: 3_000_000n, drawnNano: 3_000_000n }],
        });
        expect(points.map(({ pointId, imbalanceWh }) => [pointId, imbalanceWh])).to.deep.equal([
            ['a.point', 0n],
            ['p.point', 30n],
        ]);
    });

    it('counts against what the seller falls short of', () => {
        const market = marketWith(terms([leg([100n], [200_000n])], { takeOrPay: false }));
        const { legs } = market.settle(FIRST_SLOT, { 'p.point': given(60n), 'a.point': taken(70n) });
        expect(legs[0]).to.deep.include({
            shortWh: 40n,
            untakenWh: 30n,
            deliveredWh: 60n,
            causes: [{ causeLeg: 0, energyWh: 40n, isExempt: false }],
        });
        expect(drawnBy(legs[0])).to.deep.equal({ p: 1_000_000n });
    });

    it('is forgiven within the tolerance, to the Wh', () => {
        const agreed = terms([leg([100n, 100n], [200_000n, 200_000n])], { takeOrPay: false, toleranceBp: 3_099 });
        const market = marketWith(agreed);
        expect(market.settle(FIRST_SLOT, metered).legs[0]?.defaults).to.deep.equal([]);
        const beyond = { 'p.point': given(100n), 'a.point': taken(69n) };
        expect(drawnBy(market.settle(FIRST_SLOT + 1, beyond).legs[0])).to.deep.equal({ a: 100_000n });
    });
});

describe('the cap on default amounts', () => {
    const capped = { defaultCapNano: amountNano(7_000_000n) };

    it('is drawn in slot order until nothing is left', () => {
        const three = [100n, 100n, 100n];
        const market = marketWith(terms([leg(three, [0n, 0n, 0n])], capped));
        const drawn = three.map((_, offset) => {
            const { legs } = market.settle(FIRST_SLOT + offset, { 'p.point': given(50n), 'a.point': taken(100n) });
            return legs[0]?.defaults.map(({ claimedNano, drawnNano }) => [claimedNano, drawnNano]);
        });
        expect(drawn).to.deep.equal([[[5_000_000n, 5_000_000n]], [[5_000_000n, 2_000_000n]], [[5_000_000n, 0n]]]);
        expect(market.balance('free/a'), 'the debt of the missing energy is paid from it').to.equal(0n);
        expect(market.heldNano).to.equal(0n);
    });

    it('is one for each party, over all its legs in their order', () => {
        const legs = [leg([100n], [0n]), leg([50n], [0n], { buyerId: 'b', buyerPoint: 'b.point' })];
        const market = marketWith(terms(legs, capped));
        const settlement = market.settle(FIRST_SLOT, {
            'p.point': given(0n),
            'a.point': taken(100n),
            'b.point': taken(50n),
        });
        expect(settlement.legs.map(drawnBy)).to.deep.equal([{ p: 7_000_000n }, { p: 0n }]);
    });

    it('is no more than a party could ever owe', () => {
        const market = marketWith(terms([leg([100n], [0n])], { takeOrPay: true }));
        expect(market.execution(ID).holdings.map((held) => held.defaultNano)).to.deep.equal([10_000_000n, 0n]);
    });
});

describe('a halt', () => {
    const short = { 'p.point': given(40n), 'a.point': taken(100n) };
    const exempting = (changes: Partial<Terms>, halts: readonly Halt[]): bigint | undefined => {
        const market = marketWith(terms([leg([100n], [0n])], changes));
        return drawnBy(market.settle(FIRST_SLOT, short, { halts }).legs[0])['p'];
    };

    it('waives default amounts where the agreement says so', () => {
        expect(exempting({ exemptions: ['halt'] }, [haltBy('OperatorMSP')])).to.equal(undefined);
        expect(exempting({ exemptions: [] }, [haltBy('OperatorMSP')])).to.equal(6_000_000n);
        expect(exempting({ exemptions: ['curtailment', 'forceMajeure'] }, [haltBy('OperatorMSP')])).to.equal(
            6_000_000n,
        );
        expect(exempting({ exemptions: ['halt'] }, [])).to.equal(6_000_000n);
    });

    it('exempts nobody from an own halt, unless another one covers the slot too', () => {
        expect(exempting({}, [haltBy('SellerMSP')])).to.equal(6_000_000n);
        expect(exempting({}, [haltBy('SellerMSP'), haltBy('RegulatorMSP')])).to.equal(undefined);
        expect(exempting({}, [haltBy('BuyerMSP')])).to.equal(undefined);
    });

    it('exempts nobody from a halt of its beneficial owner', () => {
        const market = marketWith(terms([leg([100n], [0n])]));
        market.participants.set('p', { ...market.participant('p'), beneficialOwnerMspId: 'OperatorMSP' });
        expect(drawnBy(market.settle(FIRST_SLOT, short, { halts: [haltBy('OperatorMSP')] }).legs[0])).to.deep.equal({
            p: 6_000_000n,
        });
    });

    it('changes nothing of what is delivered and paid', () => {
        const [plain, halted] = [[], [haltBy('OperatorMSP')]].map((halts) => {
            const market = marketWith(terms([leg([100n], [200_000n])]));
            return market.settle(FIRST_SLOT, short, { halts });
        });
        expect(halted?.points).to.deep.equal(plain?.points);
        expect(halted?.legs[0]).to.deep.include({
            deliveredWh: 40n,
            paymentNano: 8_000_000n,
            causes: [{ causeLeg: 0, energyWh: 60n, isExempt: true }],
            defaults: [],
        });
    });
});

describe('a party of several legs', () => {
    it('is short once, spread over what it sells by the largest remainder', () => {
        const legs = [
            leg([10n], [0n]),
            leg([10n], [0n], { buyerId: 'b', buyerPoint: 'b.point' }),
            leg([10n], [0n], { buyerId: 'c', buyerPoint: 'c.point' }),
        ];
        const market = marketWith(terms(legs));
        const settlement = market.settle(FIRST_SLOT, {
            'p.point': given(10n),
            'a.point': taken(10n),
            'b.point': taken(10n),
            'c.point': taken(10n),
        });
        expect(settlement.legs.map((each) => each.shortWh)).to.deep.equal([7n, 7n, 6n]);
    });

    it('may buy and sell at one point: what it buys covers what it sells', () => {
        const legs = [
            leg([100n], [100_000n]),
            leg([60n], [50_000n], { sellerId: 'q', sellerPoint: 'q.point', buyerId: 'p', buyerPoint: 'p.point' }),
        ];
        const market = marketWith(terms(legs));
        const settlement = market.settle(FIRST_SLOT, {
            'p.point': given(40n),
            'q.point': given(60n),
            'a.point': taken(100n),
        });
        expect(settlement.legs.map((each) => each.deliveredWh)).to.deep.equal([100n, 60n]);
        expect(settlement.points.every((point) => point.imbalanceWh === 0n)).to.equal(true);
        expect(market.balance('free/p')).to.equal(10_000_000n - 3_000_000n);
    });

    it('answers for each of its points apart', () => {
        const legs = [leg([100n], [0n]), leg([100n], [0n], { sellerPoint: 'p.other' })];
        const settlement = marketWith(terms(legs)).settle(FIRST_SLOT, {
            'p.point': given(0n),
            'p.other': given(200n),
            'a.point': taken(200n),
        });
        expect(settlement.legs.map((each) => each.deliveredWh)).to.deep.equal([0n, 100n]);
        expect(settlement.points.map(({ pointId, imbalanceWh }) => [pointId, imbalanceWh])).to.deep.equal([
            ['a.point', -100n],
            ['p.other', 100n],
            ['p.point', 0n],
        ]);
    });
});

describe('a settlement', () => {
    const two = terms([leg([100n, 100n], [0n, 0n])]);
    const metered = { 'p.point': given(100n), 'a.point': taken(100n) };

    it('waits for every reading', () => {
        const market = marketWith(two);
        expectRefusal(
            () => market.settle(FIRST_SLOT, { ...metered, 'x.point': taken(0n), 'y.point': 'missing' }),
            'READING_MISSING',
            {
                pointIds: ['y.point'],
            },
        );
    });

    it('takes the slots of an agreement in their order', () => {
        const market = marketWith(two);
        expectRefusal(() => market.settle(FIRST_SLOT + 1, metered), 'SETTLEMENT_OUT_OF_ORDER', {
            agreementId: ID,
            carrier: 'electricity',
            slot: FIRST_SLOT + 1,
            nextSlot: FIRST_SLOT,
        });
    });

    it('closes an agreement of two carriers when both are through', () => {
        const legs = [leg([100n], [1_000n]), leg([50n], [1_000n], { carrier: 'heat' })];
        const market = marketWith(terms(legs));
        market.settle(FIRST_SLOT, metered);
        expect(market.execution(ID)).to.include({ state: 'inForce' });
        expect(market.heldNano).not.to.equal(0n);
        const heat = { 'p.point': given(50n), 'a.point': taken(50n) };
        market.settle(FIRST_SLOT, heat, { carrier: 'heat' });
        expect(market.execution(ID)).to.include({ state: 'completed' });
        expect(market.heldNano).to.equal(0n);
    });

    it('books what no agreement covers on the cover of the point’s owner', () => {
        const market = marketWith(two);
        market.settle(FIRST_SLOT, { ...metered, 'z.point': taken(8n) });
        expect(market.coversOf('electricity').get('z')).to.equal(-1_200_000n);
        expect(market.balance('system/imbalance/electricity')).to.equal(1_200_000n);
    });

    it('pays a debt of earlier slots from later income, and only from income', () => {
        const market = marketWith(terms([leg([100n, 100n], [100_000n, 100_000n])]));
        market.coversOf('electricity').set('p', amountNano(-15_000_000n));
        market.coversOf('electricity').set('a', amountNano(-1_000n));
        market.settle(FIRST_SLOT, metered);
        expect(market.coversOf('electricity').get('p')).to.equal(-5_000_000n);
        expect(market.coversOf('electricity').get('a'), 'who only pays repays nothing').to.equal(-1_000n);
        market.settle(FIRST_SLOT + 1, metered);
        expect(market.coversOf('electricity').get('p')).to.equal(0n);
        expect(market.balance('free/p')).to.equal(5_000_000n);
    });
});
