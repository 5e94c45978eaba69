import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import {
    deliver,
    type DeliveringAgreement,
    type Exchange,
    exchangeOf,
    imbalanceOf,
    legsInSlot,
    type MeteredPoint,
    paymentOf,
    silentPoints,
    type SlotLeg,
} from '@commonwatt/chaincode/domain/delivery';
import type { RegisterState } from '@commonwatt/chaincode/domain/estimation';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh, NO_ENERGY, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const point = (pointId: string, changes: Partial<MeteringPoint> = {}): MeteringPoint => ({
    pointId,
    participantId: pointId,
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    fromSlot: 0,
    meter: { meterId: `${pointId}-meter`, publicKey: '' },
    ...PLAIN_POINT,
    ...changes,
});
const state = (importWh: bigint, exportWh: bigint, quality: RegisterState['quality'] = 'measured'): RegisterState => ({
    importWh: energyWh(importWh),
    exportWh: energyWh(exportWh),
    volume: null,
    quality,
});
const metered = (changes: Partial<MeteredPoint> = {}): MeteredPoint => ({
    point: point('p'),
    before: state(100n, 10n),
    after: state(130n, 80n),
    replaced: null,
    isStation: false,
    ...changes,
});
/** One leg p → a of 100 Wh, in an agreement of its own. */
const slotLeg = (changes: Partial<SlotLeg> = {}, leg: Partial<Leg> = {}, terms: Partial<Terms> = {}): SlotLeg => ({
    agreement: { agreementId: 'one', terms: sampleTerms({ takeOrPay: false, ...terms }) },
    index: 0,
    leg: sampleLeg({ sellerPoint: 'p', buyerPoint: 'a', ...leg }),
    offset: 0,
    agreedWh: energyWh(100n),
    lost: [],
    statedWh: null,
    ...changes,
});

describe('the legs of a slot', () => {
    const agreement = (agreementId: string, changes: Partial<Terms> = {}): DeliveringAgreement => ({
        agreementId,
        terms: sampleTerms(changes),
    });
    const unasked = (): never => {
        throw new Error('nothing is looked up');
    };

    it('are those of the carrier, agreement by agreement, with what the slot’s place in them says', () => {
        const legs = [sampleLeg({ carrier: 'heat' }), sampleLeg({ energyWh: [energyWh(7n), energyWh(8n)] })];
        const found = legsInSlot(
            [agreement('one', { legs }), agreement('two')],
            'electricity',
            FIRST_SLOT + 1,
            unasked,
            unasked,
        );
        const brief = found.map((each) => [
            each.agreement.agreementId,
            each.index,
            each.offset,
            each.agreedWh,
            each.statedWh,
        ]);
        expect(brief).to.deep.equal([
            ['one', 1, 1, 8n, null],
            ['two', 0, 1, 200n, null],
        ]);
    });

    it('of an agreement that a source verifies deliver what it states, and nothing while it is silent', () => {
        const stated = (energy: bigint | null) =>
            legsInSlot(
                [agreement('one', { verification: { sourceId: 'oracle' } })],
                'electricity',
                FIRST_SLOT,
                unasked,
                (agreementId, leg) => (agreementId === 'one' && leg === 0 && energy !== null ? energyWh(energy) : null),
            ).map(({ statedWh }) => statedWh);
        expect([stated(250n), stated(null)]).to.deep.equal([[250n], [0n]]);
    });

    it('are of agreements that deliver in the slot', () => {
        expectRefusal(
            () => legsInSlot([agreement('one')], 'electricity', FIRST_SLOT + 2, unasked, unasked),
            'INVARIANT_BROKEN',
        );
    });
});

describe('a point that is silent', () => {
    it('lacks registers at one end or both; a scheduled one has none to lack', () => {
        const points = [
            metered(),
            metered({ point: point('begin'), before: null }),
            metered({ point: point('end'), after: null }),
            metered({ point: point('both'), before: null, after: null }),
            metered({ point: point('scheduled', { meter: null }), before: null, after: null }),
        ];
        expect(silentPoints(points).map((each) => each.point.pointId)).to.deep.equal(['begin', 'end', 'both']);
    });
});

describe('what a point exchanges', () => {
    const legs = [
        slotLeg(),
        slotLeg({ agreedWh: energyWh(30n) }, { sellerPoint: 'a', buyerPoint: 'p' }),
        slotLeg({ agreedWh: energyWh(9n) }, { sellerPoint: 'x', buyerPoint: 'y' }),
    ];

    it('is what its registers tell, beside what it agreed', () => {
        expect(exchangeOf(metered(), legs, null)).to.deep.equal({
            point: point('p'),
            soldWh: 100n,
            boughtWh: 30n,
            statedNetWh: 0n,
            meteredWh: 40n,
            importWh: 30n,
            exportWh: 70n,
            quality: 'measured',
            isStation: false,
        });
    });

    it('is what a decided dispute says in their place', () => {
        const replaced = { importWh: energyWh(1n), exportWh: energyWh(5n) };
        const found = exchangeOf(metered({ replaced }), legs, null);
        expect(found).to.include({ importWh: 1n, exportWh: 5n, meteredWh: 4n, quality: 'replaced' });
    });

    it('of a scheduled point is what it agreed, and what sources state of it', () => {
        const stated = [
            ...legs,
            slotLeg({ agreedWh: energyWh(50n), statedWh: energyWh(45n) }),
            slotLeg({ agreedWh: energyWh(20n), statedWh: energyWh(25n) }, { sellerPoint: 'a', buyerPoint: 'p' }),
            slotLeg({ agreedWh: energyWh(7n), statedWh: energyWh(7n) }, { sellerPoint: 'x', buyerPoint: 'y' }),
        ];
        const scheduled = metered({ point: point('p', { meter: null }), before: null, after: null });
        expect(exchangeOf(scheduled, stated, null)).to.include({
            soldWh: 100n,
            boughtWh: 30n,
            statedNetWh: 25n,
            meteredWh: 95n,
            importWh: 0n,
            exportWh: 0n,
            quality: 'scheduled',
        });
    });

    it('may run backwards where an estimate had been too high, never as measured', () => {
        const back = { before: state(0n, 10n, 'estimated'), after: state(0n, 6n) };
        expect(exchangeOf(metered(back), [], null)).to.include({ exportWh: -4n, meteredWh: -4n, quality: 'estimated' });
        for (const after of [state(99n, 80n), state(130n, 9n)]) {
            expectRefusal(() => exchangeOf(metered({ after }), [], null), 'INVARIANT_BROKEN', {
                invariant: 'registers do not run backwards',
            });
        }
    });

    it('is known only with registers at both ends', () => {
        for (const changes of [{ before: null }, { after: null }]) {
            expectRefusal(() => exchangeOf(metered(changes), [], null), 'INVARIANT_BROKEN', {
                invariant: 'a metered point has its registers',
            });
        }
    });

    it('at a charge point crosses no network', () => {
        const found = exchangeOf(metered({ point: point('p', { carrier: 'mobility', meter: null }) }), legs, null);
        expect(found).to.include({ meteredWh: 40n, importWh: 0n, exportWh: 0n, quality: 'measured' });
    });
});

describe('what a leg delivers', () => {
    const exchange = (
        pointId: string,
        meteredWh: bigint,
        sold: bigint,
        bought: bigint,
        isStation = false,
    ): Exchange => ({
        point: point(pointId),
        soldWh: energyWh(sold),
        boughtWh: energyWh(bought),
        statedNetWh: NO_ENERGY,
        meteredWh: energyWh(meteredWh),
        importWh: NO_ENERGY,
        exportWh: NO_ENERGY,
        quality: 'measured',
        isStation,
    });
    const brief = (exchanges: readonly Exchange[], legs: readonly SlotLeg[]): bigint[][] =>
        deliver(exchanges, legs).map(({ shortWh, untakenWh, deliveredWh }) => [shortWh, untakenWh, deliveredWh]);

    it('is what neither side failed in; what is paid untaken counts as delivered', () => {
        const both = [exchange('p', 60n, 100n, 0n), exchange('a', -70n, 0n, 100n)];
        expect(brief(both, [slotLeg()])).to.deep.equal([[40n, 30n, 60n]]);
        const untaken = [exchange('p', 100n, 100n, 0n), exchange('a', -70n, 0n, 100n)];
        expect(brief(untaken, [slotLeg()])).to.deep.equal([[0n, 30n, 70n]]);
        expect(brief(untaken, [slotLeg({}, {}, { takeOrPay: true })])).to.deep.equal([[0n, 30n, 100n]]);
    });

    it('at a charge point fails on both sides by what the vehicle’s side failed, paid by nobody', () => {
        const mobility = slotLeg({}, { carrier: 'mobility' }, { takeOrPay: true });
        const handed = (station: bigint, vehicle: bigint) =>
            brief([exchange('p', station, 100n, 0n, true), exchange('a', vehicle, 0n, 100n)], [mobility]);
        expect(handed(70n, -70n)).to.deep.equal([[30n, 30n, 70n]]);
        expect(handed(10n, -70n), 'the station’s side is not asked').to.deep.equal([[30n, 30n, 70n]]);
        const back = slotLeg({}, { carrier: 'mobility', sellerPoint: 'a', buyerPoint: 'p' });
        const discharged = [exchange('p', -40n, 0n, 100n, true), exchange('a', 40n, 100n, 0n)];
        expect(brief(discharged, [back])).to.deep.equal([[60n, 60n, 40n]]);
    });

    it('falls first on what is made from energy that fell short', () => {
        const lost = [{ causeLeg: 1, energyWh: energyWh(30n), isExempt: false }];
        const legs = [slotLeg(), slotLeg({ lost })];
        const short = (by: bigint) => brief([exchange('p', 200n - by, 200n, 0n)], legs).map(([shortWh]) => shortWh);
        expect(short(20n)).to.deep.equal([0n, 20n]);
        // 30 Wh are explained; the other 17 fall on the 100 and 70 Wh that are left.
        expect(short(47n)).to.deep.equal([10n, 37n]);
        const more = [{ causeLeg: 1, energyWh: energyWh(130n), isExempt: false }];
        const all = brief([exchange('p', 0n, 200n, 0n)], [slotLeg(), slotLeg({ lost: more })]);
        expect(all.map(([shortWh]) => shortWh)).to.deep.equal([100n, 100n]);
    });

    it('and what its points metered beside it is their imbalance', () => {
        const deliveries = deliver([exchange('p', 60n, 100n, 0n), exchange('a', -70n, 0n, 100n)], [slotLeg()]);
        const left = (pointId: string, meteredWh: bigint): bigint =>
            imbalanceOf(exchange(pointId, meteredWh, 0n, 0n), deliveries);
        expect([left('p', 60n), left('a', -70n), left('x', 5n)]).to.deep.equal([0n, -10n, 5n]);
    });

    it('is paid at the price of its place in the delivery', () => {
        const [delivery] = deliver([], [slotLeg({ offset: 1 }, { priceMicroPerKwh: [9n, -7n].map(priceMicroPerKwh) })]);
        expect(delivery === undefined ? null : paymentOf(delivery)).to.equal(-700n);
        const [nowhere] = deliver([], [slotLeg({ offset: 2 })]);
        expectRefusal(() => nowhere === undefined || paymentOf(nowhere), 'INVARIANT_BROKEN');
    });
});
