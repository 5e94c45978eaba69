import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const MOBILE: Charter = {
    ...CHARTER,
    participants: { ...CHARTER.participants, community: ['evFleet'], supplier: ['chargingOperator', 'energySeller'] },
};
const FEE = priceMicroPerKwh(80_000n);
const MOBILE_RULES: Rules = {
    ...RULES,
    carriers: {
        electricity: { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: FEE },
        mobility: { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: FEE },
    },
};

/** A mobility point at the charger. */
const mobility = (pointId: string, participantId: string, fromSlot = FIRST_SLOT): Omit<MeteringPoint, 'meter'> => ({
    ...PLAIN_POINT,
    pointId,
    participantId,
    carrier: 'mobility',
    connectionPoint: 'bus-1',
    fromSlot,
    chargePointId: 'charger',
});
const CHARGER: Omit<MeteringPoint, 'meter'> = { ...mobility('charger', 'retail'), carrier: 'electricity' };

/** Charging in the first slot, back into the grid in the second. */
function chargingTerms(changes: Partial<Terms> = {}): Terms {
    const prices = [priceMicroPerKwh(400_000n), priceMicroPerKwh(300_000n)];
    const charge = {
        carrier: 'mobility',
        sellerId: 'retail',
        sellerPoint: 'station',
        buyerId: 'bert',
        buyerPoint: 'van',
    };
    const back = {
        carrier: 'mobility',
        sellerId: 'bert',
        sellerPoint: 'van',
        buyerId: 'retail',
        buyerPoint: 'station',
    };
    return sampleTerms({
        proposerId: 'retail',
        parties: ['retail', 'bert'].map((participantId) => ({ participantId, lane: 0 })),
        legs: [
            sampleLeg({
                ...charge,
                carrier: 'mobility',
                energyWh: [energyWh(100n), energyWh(0n)],
                priceMicroPerKwh: prices,
            }),
            sampleLeg({
                ...back,
                carrier: 'mobility',
                energyWh: [energyWh(0n), energyWh(50n)],
                priceMicroPerKwh: prices,
            }),
        ],
        takeOrPay: false,
        ...changes,
    });
}

describe('exchange: a charge point', () => {
    const meter = new SigningKey();
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established(MOBILE, MOBILE_RULES);
        for (const [name, kind] of [
            ['retail', 'chargingOperator'],
            ['bert', 'evFleet'],
            ['anna', 'evFleet'],
        ] as const) {
            await market.do(name, 'exchange', 'participant:apply', commands.apply(market.who(name), name, kind));
            const permits = [{ carrier: 'mobility' as const, buy: true, sell: true }];
            await market.do(
                'reviewer',
                'supervision',
                'qualification:grant',
                commands.qualify(market.who('reviewer'), name, { permits }),
            );
            await market.deposit(name, DEPOSIT_NANO);
        }
        await register(CHARGER, meter);
        market.meters.set('charger', meter);
        await register(mobility('station', 'retail'));
        await register(mobility('van', 'bert'));
    });

    const register = async (point: Omit<MeteringPoint, 'meter'>, key: SigningKey | null = null): Promise<void> => {
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, key, owners(point)));
    };
    /** Everything here hangs at the charging operator's point. */
    const owners = ({ participantId }: Omit<MeteringPoint, 'meter'>): commands.Owners => ({
        retail: market.who('retail').key,
        [participantId]: market.who(participantId).key,
    });
    const conclude = async (terms: Terms): Promise<void> => {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        const approved = commands.decide(market.who('reviewer'), terms, 'approved');
        await market.do('reviewer', 'supervision', 'verdict:approve', approved);
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, null));
    };
    const settled = async (carrier: 'electricity' | 'mobility', offset = 0): ReturnType<StubMarket['settlement']> => {
        const slot = FIRST_SLOT + offset;
        await market.do('stranger', 'exchange', 'settlement:run', canonicalJson({ carrier, slot }));
        return market.settlement(slot, carrier);
    };
    const read = async (offset: number, importWh: bigint, exportWh: bigint): Promise<void> => {
        const reading = market.reading('charger', FIRST_SLOT + offset, importWh, exportWh);
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(reading));
    };

    it('sells to the vehicle what its meter takes from the grid, and buys back what it returns', async () => {
        await conclude(chargingTerms());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await read(0, 90n, 0n);
        await read(1, 90n, 50n);
        await settled('electricity');
        const charged = await settled('mobility');
        expect(
            charged.points.map((point) => [
                point.pointId,
                point.meteredWh,
                point.importWh,
                point.imbalanceWh,
                point.feeNano,
            ]),
        ).to.deep.equal([
            ['station', 90n, 0n, 0n, 0n],
            ['van', -90n, 0n, 0n, 0n],
        ]);
        expect(charged.legs.map((leg) => [leg.shortWh, leg.untakenWh, leg.deliveredWh, leg.paymentNano])).to.deep.equal(
            [
                [10n, 10n, 90n, 36_000_000n],
                [0n, 0n, 0n, 0n],
            ],
        );
        const returned = await settled('mobility', 1);
        expect(returned.points.map((point) => [point.pointId, point.meteredWh, point.imbalanceWh])).to.deep.equal([
            ['station', -50n, 0n],
            ['van', 50n, 0n],
        ]);
        expect(returned.legs[1]).to.include({ deliveredWh: 50n, paymentNano: 15_000_000n });
        const grid = await settled('electricity', 1);
        expect(grid.points[0]).to.include({ pointId: 'charger', exportWh: 50n });
    });

    it('makes nobody owe for what was not handed over, not even under take-or-pay: one meter cannot tell who failed', async () => {
        const terms = chargingTerms({ takeOrPay: true });
        await conclude(terms);
        const shown = await market.ask(
            'exchange',
            'agreement:show',
            canonicalJson({ agreementId: agreementIdOf(terms) }),
        );
        const held = (shown as { execution: { holdings: { defaultNano: string }[] } }).execution.holdings;
        expect(held.map(({ defaultNano }) => defaultNano)).to.deep.equal(['0', '0']);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await read(0, 0n, 0n);
        const { legs, postings } = await settled('mobility');
        expect(legs[0]).to.include({ deliveredWh: 0n, paymentNano: 0n });
        expect(postings.filter(({ kind }) => kind === 'default' || kind === 'energy')).to.deep.equal([]);
    });

    it('settles mobility by what electricity has estimated for a silent meter', async () => {
        await conclude(chargingTerms());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        const slot = canonicalJson({ carrier: 'mobility', slot: FIRST_SLOT });
        const { operands } = await market.refused('READING_MISSING', 'stranger', 'exchange', 'settlement:run', slot);
        expect(operands).to.deep.equal({ pointIds: ['charger'] });
        await market.advance(FIRST_SLOT + 2, FIRST_SLOT + 4);
        await market.refused('SETTLEMENT_OUT_OF_ORDER', 'stranger', 'exchange', 'settlement:run', slot);
        await read(1, 80n, 0n);
        expect((await settled('electricity')).points[0]).to.include({ meteredWh: -40n, quality: 'estimated' });
        await read(0, 70n, 0n);
        expect((await settled('mobility')).points[1]).to.include({ meteredWh: -40n, quality: 'estimated' });
        expect((await settled('electricity', 1)).points[0]).to.include({ meteredWh: -40n });
        expect((await settled('mobility', 1)).points[1]).to.include({ meteredWh: -40n, quality: 'estimated' });
    });

    it('lets a later vehicle take the place; what was agreed with the former delivers nothing and costs nothing', async () => {
        await conclude(chargingTerms());
        await register(mobility('bus', 'anna', FIRST_SLOT + 1));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await read(0, 100n, 0n);
        await read(1, 130n, 0n);
        await settled('mobility');
        const { points, legs, postings } = await settled('mobility', 1);
        expect(points.map((point) => [point.pointId, point.meteredWh, point.imbalanceWh])).to.deep.equal([
            ['bus', -30n, -30n],
            ['station', 30n, 30n],
            ['van', 0n, 0n],
        ]);
        expect(legs[1]).to.include({ shortWh: 50n, untakenWh: 50n, deliveredWh: 0n });
        expect(postings.filter(({ kind }) => kind === 'default')).to.deep.equal([]);
    });

    it('trades between its own points only', async () => {
        await register({ ...CHARGER, pointId: 'charger-2', chargePointId: 'charger-2' }, new SigningKey());
        await register({ ...mobility('van-2', 'bert'), chargePointId: 'charger-2' });
        const terms = chargingTerms();
        const elsewhere = {
            ...terms,
            legs: terms.legs.map((leg) => ({ ...leg, ...(leg.buyerId === 'bert' ? { buyerPoint: 'van-2' } : {}) })),
        };
        await market.refused(
            'TERMS_INVALID',
            'stranger',
            'exchange',
            'agreement:conclude',
            commands.conclude(elsewhere, market.people),
        );
    });

    it('takes no second station, no vehicle before the last, and nothing that is no charge point', async () => {
        const refused = async (
            code: 'CHARGE_POINT_TAKEN' | 'METER_RELATION_INVALID' | 'METER_MISSING',
            point: Omit<MeteringPoint, 'meter'>,
        ): Promise<void> => {
            await market.refused(code, 'metering', 'exchange', 'meter:register', commands.registerMeter(point, null));
        };
        await refused('CHARGE_POINT_TAKEN', mobility('station-2', 'retail'));
        await refused('CHARGE_POINT_TAKEN', mobility('bus', 'anna'));
        await refused('METER_RELATION_INVALID', { ...mobility('bus', 'anna'), chargePointId: null });
        await refused('METER_RELATION_INVALID', { ...mobility('bus', 'anna'), chargePointId: 'station' });
        await refused('METER_MISSING', { ...mobility('bus', 'anna'), chargePointId: 'nowhere' });
        const behind = { ...CHARGER, pointId: 'lamp', chargePointId: null, parentPointId: 'charger' };
        await market.refused(
            'METER_RELATION_INVALID',
            'metering',
            'exchange',
            'meter:register',
            commands.registerMeter(behind, new SigningKey()),
        );
    });
});
