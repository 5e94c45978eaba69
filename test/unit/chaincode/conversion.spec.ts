import { checkTerms, type Leg, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { checkAmendment } from '@commonwatt/chaincode/domain/amendment';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import {
    byCause,
    carriersInto,
    type Cause,
    type Conversion,
    downstreamOf,
    RATIO_BP_MAX,
    shareOut,
} from '@commonwatt/chaincode/domain/conversion';
import { prefunding } from '@commonwatt/chaincode/domain/escrow';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import type { LegResult } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { termsCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import { following } from '../../support/amended.js';
import { drawnBy } from '../../support/default-amounts.js';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleTerms } from '../../support/sample-market.js';
import { type Metered, SettlementMarket } from '../../support/settlement-market.js';

const ID = '1'.repeat(64);
const WIDE = {
    ...RULES,
    carriers: {
        gas: ELECTRICITY_RULES,
        electricity: ELECTRICITY_RULES,
        heat: ELECTRICITY_RULES,
        coal: ELECTRICITY_RULES,
    },
};

const leg = (carrier: Carrier, sellerId: string, buyerId: string, wh: bigint): Leg => ({
    carrier,
    sellerId,
    sellerPoint: `${sellerId}.${carrier}`,
    buyerId,
    buyerPoint: `${buyerId}.${carrier}`,
    energyWh: [energyWh(wh)],
    priceMicroPerKwh: [priceMicroPerKwh(0n)],
});
const made = (inputLeg: number, outputLeg: number, ratioBp: number): Conversion => ({ inputLeg, outputLeg, ratioBp });

function terms(legs: readonly Leg[], conversions: readonly Conversion[], changes: Partial<Terms> = {}): Terms {
    const ids = [...new Set(legs.flatMap((each) => [each.sellerId, each.buyerId]))];
    return sampleTerms({
        proposerId: ids[0] ?? '',
        parties: ids.map((participantId) => ({ participantId, lane: 0 })),
        legs,
        conversions,
        slotCount: 1,
        toleranceBp: 0,
        defaultRateMicroPerKwh: priceMicroPerKwh(1n),
        defaultCapNano: amountNano(10n ** 9n),
        ...changes,
    });
}

/** Gas to power to heat: a supplier, a plant, a heat pump and a customer. */
const CHAIN = terms(
    [leg('gas', 'gus', 'chp', 1_000n), leg('electricity', 'chp', 'pump', 400n), leg('heat', 'pump', 'house', 1_200n)],
    [made(0, 1, 4_000), made(1, 2, 30_000)],
);

const gave = (exportWh: bigint): Metered => ({ importWh: 0n, exportWh });
const took = (importWh: bigint): Metered => ({ importWh, exportWh: 0n });

describe('conversions in terms', () => {
    it('that a plant could carry out are accepted', () => {
        checkTerms(CHAIN, WIDE);
        expect(termsCodec.decode(termsCodec.encode(CHAIN))).to.deep.equal(CHAIN);
        expect(carriersInto(CHAIN, 'heat')).to.deep.equal(['electricity']);
        expect(carriersInto(CHAIN, 'gas')).to.deep.equal([]);
        expect(downstreamOf(CHAIN, [0])).to.deep.equal(new Set([0, 1, 2]));
        expect(downstreamOf(CHAIN, [1])).to.deep.equal(new Set([1, 2]));
        expect(downstreamOf({ conversions: [made(0, 2, 1), made(1, 3, 1)] }, [0])).to.deep.equal(new Set([0, 2]));
    });

    const [gas, power, heat] = CHAIN.legs as [Leg, Leg, Leg];
    const invalid: Readonly<Record<string, Terms>> = {
        'conversions each once': { ...CHAIN, conversions: [made(0, 1, 4_000), made(0, 1, 5_000)] },
        'legs of the agreement are converted': { ...CHAIN, conversions: [made(0, 3, 4_000)] },
        'lots are not made from other energy': terms([gas, leg('coal', 'chp', 'house', 300n)], [made(0, 1, 3_000)], {
            verification: { sourceId: 'weighbridge' },
        }),
        'who buys the input sells the output': { ...CHAIN, conversions: [made(0, 2, 20_000)] },
        'the input comes before the output in the order of carriers': terms(
            [leg('heat', 'gus', 'chp', 1_000n), leg('electricity', 'chp', 'pump', 400n)],
            [made(0, 1, 4_000)],
        ),
        'an output promises at most what its inputs yield': {
            ...CHAIN,
            legs: [gas, power, { ...heat, energyWh: [energyWh(1_201n)] }],
        },
    };
    for (const [reason, refused] of Object.entries(invalid)) {
        it(`are invalid: ${reason}`, () => {
            expectRefusal(
                () => {
                    checkTerms(refused, WIDE);
                },
                'TERMS_INVALID',
                { reason },
            );
        });
    }

    it('are invalid within one carrier, so that no leg is made from itself', () => {
        const legs = [leg('heat', 'gus', 'chp', 10n), leg('heat', 'chp', 'gus', 10n)];
        expectRefusal(() => {
            checkTerms(terms(legs, [made(0, 1, 10_000)]), WIDE);
        }, 'TERMS_INVALID');
    });

    it('add up over several inputs, each floored by itself', () => {
        const two = (wh: bigint): Terms =>
            terms(
                [leg('gas', 'gus', 'chp', 3n), leg('gas', 'fay', 'chp', 3n), leg('heat', 'chp', 'house', wh)],
                [made(0, 2, 5_000), made(1, 2, 5_000)],
            );
        checkTerms(two(2n), WIDE);
        expectRefusal(
            () => {
                checkTerms(two(3n), WIDE);
            },
            'TERMS_INVALID',
            { yieldWh: 2n, leg: 2, offset: 0 },
        );
    });

    it('have a ratio between a ten-thousandth and ten', () => {
        for (const ratioBp of [0, RATIO_BP_MAX + 1]) {
            expectRefusal(() => termsCodec.encode({ ...CHAIN, conversions: [made(0, 1, ratioBp)] }), 'INPUT_INVALID');
        }
    });

    it('change by an amendment only before delivery begins', () => {
        const current = { agreementId: ID, termsHash: termsHashOf(CHAIN), terms: CHAIN, consents: [] };
        const next = following(CHAIN, CHAIN, { conversions: [made(0, 1, 5_000), made(1, 2, 30_000)] });
        checkAmendment(current, next, FIRST_SLOT, WIDE);
        expectRefusal(
            () => {
                checkAmendment(current, next, FIRST_SLOT + 1, WIDE);
            },
            'TERMS_INVALID',
            { reason: 'liability stays once delivery has begun' },
        );
    });
});

describe('the default part of escrow', () => {
    const defaultsOf = (agreed: Terms): Record<string, bigint> =>
        Object.fromEntries(prefunding(agreed).map((held) => [held.participantId, held.defaultNano]));

    it('counts what is made from the legs that a party sells, once each', () => {
        expect(defaultsOf(CHAIN)).to.deep.equal({ gus: 2_600n, chp: 1_600n, pump: 1_200n, house: 0n });
        expect(defaultsOf({ ...CHAIN, takeOrPay: false })).to.deep.equal({
            gus: 2_600n,
            chp: 2_600n,
            pump: 1_600n,
            house: 1_200n,
        });
    });

    it('leaves out what a party buys back: it would owe itself', () => {
        const tolling = terms([leg('gas', 'gus', 'chp', 1_000n), leg('heat', 'chp', 'gus', 900n)], [made(0, 1, 9_000)]);
        expect(defaultsOf(tolling)).to.deep.equal({ gus: 1_000n, chp: 900n });
    });
});

describe('a shortage', () => {
    type Energies = Readonly<{ gas: bigint; power: bigint; heat: bigint }>;
    /** Settles the chain; everybody takes what comes. */
    function settled(
        { gas, power, heat }: Energies,
        changes: Partial<Terms> = {},
        halted: readonly Carrier[] = [],
    ): LegResult[] {
        const market = new SettlementMarket();
        market.agree(ID, { ...CHAIN, ...changes });
        const metered = {
            gas: { 'gus.gas': gave(gas), 'chp.gas': took(gas) },
            electricity: { 'chp.electricity': gave(power), 'pump.electricity': took(power) },
            heat: { 'pump.heat': gave(heat), 'house.heat': took(heat) },
        };
        return (['gas', 'electricity', 'heat'] as const).flatMap((carrier) => {
            const halts = halted.includes(carrier) ? [haltOf(carrier)] : [];
            return market.settle(FIRST_SLOT, metered[carrier], { carrier, halts }).legs;
        });
    }
    const haltOf = (carrier: Carrier): Halt => ({
        statement: { carrier, fromSlot: FIRST_SLOT, untilSlot: FIRST_SLOT + 1, reasonCode: 'gridDisturbance' },
        mspId: 'RegulatorMSP',
        officerSubjectHash: 'aa'.repeat(32),
        keyId: 'bb'.repeat(32),
        signature: 'cc'.repeat(64),
        liftedSlot: null,
    });

    it('is followed to who caused it, over any number of conversions', () => {
        const legs = settled({ gas: 500n, power: 200n, heat: 600n });
        expect(legs.map(drawnBy)).to.deep.equal([{ gus: 500n }, { gus: 200n }, { gus: 600n }]);
        expect(legs.map((each) => each.defaults.map(({ payeeId }) => payeeId))).to.deep.equal([
            ['chp'],
            ['pump'],
            ['house'],
        ]);
    });

    it('is shared by those who failed on the way, each for its part', () => {
        const legs = settled({ gas: 750n, power: 250n, heat: 600n });
        // 100 of 150 Wh of power are the gas's; of 450 Wh of heat that the power explains, two thirds; the rest is the pump's.
        expect(legs.map(drawnBy)).to.deep.equal([
            { gus: 250n },
            { gus: 100n, chp: 50n },
            { gus: 300n, chp: 150n, pump: 150n },
        ]);
        expect(legs[2]?.causes).to.deep.equal([
            { causeLeg: 0, energyWh: 300n, isExempt: false },
            { causeLeg: 1, energyWh: 150n, isExempt: false },
            { causeLeg: 2, energyWh: 150n, isExempt: false },
        ]);
    });

    it('that no input explains is the seller’s own', () => {
        expect(settled({ gas: 1_000n, power: 400n, heat: 0n }).map(drawnBy)).to.deep.equal([{}, {}, { pump: 1_200n }]);
    });

    it('passes on nothing when the converter makes up for it', () => {
        expect(settled({ gas: 500n, power: 400n, heat: 1_200n }).map(drawnBy)).to.deep.equal([{ gus: 500n }, {}, {}]);
    });

    it('is forgiven the leg’s own seller first', () => {
        // Tolerance 10 %: 40 Wh of power, of which the plant uses 20 for what it lost by itself.
        const legs = settled({ gas: 750n, power: 280n, heat: 1_200n }, { toleranceBp: 1_000 });
        expect(legs.map(drawnBy)).to.deep.equal([{ gus: 150n }, { gus: 80n }, {}]);
    });

    it('within the tolerance of the input passes on all the same', () => {
        const legs = settled({ gas: 900n, power: 300n, heat: 1_200n }, { toleranceBp: 1_000 });
        expect(legs.map(drawnBy)).to.deep.equal([{}, { chp: 20n, gus: 40n }, {}]);
    });

    it('passes on although the buyer of the input took no more than came', () => {
        const legs = settled({ gas: 500n, power: 200n, heat: 1_200n }, { takeOrPay: false });
        // Neither side of the gas owes the other, and the pump is excused as far as it took less.
        expect(legs.map(drawnBy)).to.deep.equal([{}, {}, {}]);
        expect(legs[1]?.causes).to.deep.equal([{ causeLeg: 0, energyWh: 200n, isExempt: false }]);
    });

    it('that a halt excuses is owed by nobody, downstream neither, and excuses nothing else', () => {
        const metered = { gas: 750n, power: 250n, heat: 600n };
        expect(settled(metered, {}, ['gas']).map(drawnBy)).to.deep.equal([{}, { chp: 50n }, { chp: 150n, pump: 150n }]);
        expect(settled(metered, {}, ['electricity']).map(drawnBy)).to.deep.equal([{ gus: 250n }, {}, { pump: 150n }]);
        expect(settled(metered, { exemptions: [] }, ['gas']).map(drawnBy)).to.deep.equal([
            { gus: 250n },
            { gus: 100n, chp: 50n },
            { gus: 300n, chp: 150n, pump: 150n },
        ]);
    });

    it('falls first on what was made from the input that failed', () => {
        const market = new SettlementMarket();
        market.agree(
            ID,
            terms([leg('gas', 'gus', 'chp', 100n), leg('heat', 'chp', 'house', 90n)], [made(0, 1, 9_000)]),
        );
        market.agree(
            '2'.repeat(64),
            terms([leg('gas', 'fay', 'chp', 100n), leg('heat', 'chp', 'kim', 90n)], [made(0, 1, 9_000)]),
        );
        const gas = { 'gus.gas': gave(0n), 'fay.gas': gave(100n), 'chp.gas': took(100n) };
        market.settle(FIRST_SLOT, gas, { carrier: 'gas' });
        const heat = { 'chp.heat': gave(80n), 'house.heat': took(0n), 'kim.heat': took(80n) };
        const { legs } = market.settle(FIRST_SLOT, heat, { carrier: 'heat' });
        expect(legs.map((each) => [each.shortWh, drawnBy(each)])).to.deep.equal([
            [90n, { gus: 90n }],
            [10n, { chp: 10n }],
        ]);
    });

    it('is not owed to oneself', () => {
        const market = new SettlementMarket();
        market.agree(
            ID,
            terms([leg('gas', 'gus', 'chp', 1_000n), leg('heat', 'chp', 'gus', 900n)], [made(0, 1, 9_000)]),
        );
        market.settle(FIRST_SLOT, { 'gus.gas': gave(0n), 'chp.gas': took(0n) }, { carrier: 'gas' });
        const { legs } = market.settle(FIRST_SLOT, { 'chp.heat': gave(0n), 'gus.heat': took(0n) }, { carrier: 'heat' });
        expect(legs[0]).to.deep.include({ causes: [{ causeLeg: 0, energyWh: 900n, isExempt: false }], defaults: [] });
        expect(market.heldNano).to.equal(0n);
    });
});

describe('the order of runs', () => {
    it('is slot by slot, within a slot carrier by carrier', () => {
        const two = (each: Leg): Leg => ({
            ...each,
            energyWh: [...each.energyWh, ...each.energyWh],
            priceMicroPerKwh: [...each.priceMicroPerKwh, ...each.priceMicroPerKwh],
        });
        const market = new SettlementMarket();
        market.agree(ID, { ...CHAIN, legs: CHAIN.legs.map(two), slotCount: 2 });
        const run = (carrier: Carrier, slot: number) => market.settle(slot, {}, { carrier });
        const refused = (carrier: Carrier, slot: number, first: Carrier): void => {
            expectRefusal(() => run(carrier, slot), 'SETTLEMENT_OUT_OF_ORDER', {
                agreementId: ID,
                carrier: first,
                slot,
            });
        };
        refused('electricity', FIRST_SLOT, 'gas');
        run('gas', FIRST_SLOT);
        refused('gas', FIRST_SLOT + 1, 'electricity');
        refused('heat', FIRST_SLOT, 'electricity');
        run('electricity', FIRST_SLOT);
        run('heat', FIRST_SLOT);
        run('gas', FIRST_SLOT + 1);
    });
});

describe('causes of a shortage', () => {
    const cause = (causeLeg: number, wh: bigint, isExempt = false): Cause => ({
        causeLeg,
        energyWh: energyWh(wh),
        isExempt,
    });

    it('are told once each, by leg, the exempt part last; what caused nothing is no cause', () => {
        const told = [cause(2, 5n), cause(1, 3n, true), cause(0, 0n), cause(2, 4n), cause(1, 7n), cause(1, 1n, true)];
        expect(byCause(told)).to.deep.equal([cause(1, 7n), cause(1, 4n, true), cause(2, 9n)]);
        expect(byCause([...told].reverse())).to.deep.equal(byCause(told));
    });

    it('share what is lost in proportion, to the last Wh', () => {
        const shared = shareOut(energyWh(10n), [cause(0, 1n), cause(1, 1n, true), cause(2, 1n)]);
        expect(shared.map(({ energyWh: wh }) => wh)).to.deep.equal([4n, 3n, 3n]);
        expect(shared.map(({ causeLeg, isExempt }) => [causeLeg, isExempt])).to.deep.equal([
            [0, false],
            [1, true],
            [2, false],
        ]);
        expectRefusal(() => shareOut(energyWh(1n), []), 'INVARIANT_BROKEN');
    });
});
