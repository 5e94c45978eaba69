import { expect } from 'chai';
import { agreement, Example, leg, point, prices, runs, SLOT } from './example.js';
import type { Statement, Step } from './statement.js';

describe('the examples of the settlement document, computed independently', () => {
    it('legs made from others: the supplier of gas owes for power and heat', () => {
        const legs = [
            leg('gas', 'g.gas', 'c.gas', '1000', '40000'),
            leg('electricity', 'c.power', 'h.power', '380', '180000'),
            leg('heat', 'c.heat', 'h.heat', '450', '90000'),
        ];
        const conversions = [
            { inputLeg: 0, outputLeg: 1, ratioBp: 3_800 },
            { inputLeg: 0, outputLeg: 2, ratioBp: 4_500 },
        ];
        const example = new Example(
            {
                rules: { carriers: { gas: prices(), electricity: prices(), heat: prices() }, haltGraceSlots: 0 },
                points: legs.flatMap(({ carrier, sellerPoint, buyerPoint }) => [
                    point(sellerPoint, carrier),
                    point(buyerPoint, carrier),
                ]),
                agreements: [agreement(legs, { conversions })],
                steps: runs(['gas', SLOT], ['electricity', SLOT], ['heat', SLOT]),
            },
            {
                'g.gas': [{ exportWh: 700n }],
                'c.gas': [{ importWh: 700n }],
                'c.power': [{ exportWh: 250n }],
                'h.power': [{ importWh: 250n }],
                'c.heat': [{ exportWh: 318n }],
                'h.heat': [{ importWh: 318n }],
            },
        );
        expect(example.sum('escrow/one/g', 'fund')).to.equal(45_000_000n);
        expect(example.sum('escrow/one/c', 'fund')).to.equal(40_000_000n + 45_000_000n);
        expect(example.sum('escrow/one/h', 'fund')).to.equal(108_900_000n);
        expect(example.sum('escrow/one/g', 'default')).to.equal(-45_000_000n);
        expect(example.sum('escrow/one/c', 'default')).to.equal(-900_000n);
        expect(example.sum('free/c', 'energy')).to.equal(73_620_000n);
        expect(example.sum('free/c', 'default')).to.equal(28_000_000n);
        expect(example.sum('free/h', 'default')).to.equal(11_400_000n + 900_000n + 5_600_000n);
        expect(example.sum('free/h', 'release')).to.equal(23_400_000n + 11_880_000n);
        expect(example.sum('free/c', 'release')).to.equal(12_000_000n + 44_100_000n);
        for (const party of ['g', 'c', 'h']) {
            expect(example.sum(`escrow/one/${party}`)).to.equal(0n);
        }
    });

    const STATED = agreement([leg('electricity', 'r.meter', 'p.meter', '300', '200000')], {
        id: 'stated',
        toleranceBp: 0,
        takeOrPay: false,
        exemptions: ['forceMajeure'],
        verification: { sourceId: 'oracle' },
    });
    const besideMeters = (changes: Partial<Statement> = {}): Example => {
        const metered = agreement([leg('electricity', 'r.meter', 'p.meter', '200', '200000')], {
            id: 'metered',
            toleranceBp: 0,
            takeOrPay: false,
            exemptions: ['forceMajeure'],
        });
        return new Example(
            {
                rules: { carriers: { electricity: prices() }, haltGraceSlots: 0 },
                points: [point('r.meter', 'electricity'), point('p.meter', 'electricity')],
                agreements: [STATED, metered],
                statements: [{ agreementId: 'stated', leg: 0, slot: SLOT, deliveredWh: '250' }],
                steps: runs(['electricity', SLOT]),
                ...changes,
            },
            { 'r.meter': [{ exportWh: 400n }], 'p.meter': [{ importWh: 440n }] },
        );
    };

    it('external sources: what one states comes first, and the meter tells of the rest', () => {
        const example = besideMeters();
        expect(example.sum('escrow/stated/p', 'fund')).to.equal(60_000_000n);
        expect(example.sum('escrow/metered/p', 'fund')).to.equal(40_000_000n + 20_000_000n);
        expect(example.sum('escrow/stated/r', 'energy', 'default')).to.equal(-5_000_000n);
        expect(example.sum('escrow/metered/r', 'default')).to.equal(-4_000_000n);
        expect(example.sum('free/r', 'energy')).to.equal(400n * 200_000n);
        expect(example.sum('cover/p/electricity', 'imbalance')).to.equal(-40n * 150_000n);
        expect(example.sum('cover/r/electricity', 'imbalance')).to.equal(0n);
    });

    it('a lot of which nothing is stated is not delivered, and has no imbalance', () => {
        const lot = { ...STATED, legs: [leg('coal', 'r.mine', 'p.yard', '300', '200000')] };
        const example = new Example(
            {
                rules: { carriers: { coal: prices() }, haltGraceSlots: 0 },
                points: ['r.mine', 'p.yard'].map((pointId) => point(pointId, 'coal', { source: null })),
                agreements: [lot],
                steps: runs(['coal', SLOT]),
            },
            {},
        );
        expect(example.sum('free/p', 'default')).to.equal(30_000_000n);
        expect(example.sum('free/p', 'release')).to.equal(60_000_000n);
        expect(example.sum('cover/p/coal') + example.sum('cover/r/coal')).to.equal(0n);
    });

    it('force majeure: who is struck at its own point owes nothing in the slot, unless its own side said so', () => {
        const struck = (pointId: string, slot: number, mspId: string): bigint => {
            const example = besideMeters({ struck: [{ pointId, slot, mspId }] });
            expect(example.sum('free/r', 'energy')).to.equal(400n * 200_000n);
            return example.sum('free/p', 'default');
        };
        expect(struck('r.meter', SLOT, 'OperatorMSP')).to.equal(0n);
        expect(struck('p.meter', SLOT, 'OperatorMSP')).to.equal(9_000_000n);
        expect(struck('r.meter', SLOT + 1, 'OperatorMSP')).to.equal(9_000_000n);
        expect(struck('r.meter', SLOT, 'SomeMSP')).to.equal(9_000_000n);
    });

    it('what is stated and declared later counts in the next correction', () => {
        const run: Step = { kind: 'reconciliation', carrier: 'electricity', slot: SLOT, gaps: [], whPerM3: null };
        const corrected = (more: Partial<typeof run>): bigint =>
            besideMeters({ steps: [...runs(['electricity', SLOT]), { ...run, ...more }] }).sum(
                'cover/p/electricity',
                'default',
            );
        expect(corrected({})).to.equal(0n);
        expect(corrected({ struck: [{ pointId: 'r.meter', slot: SLOT, mspId: 'OperatorMSP' }] })).to.equal(-9_000_000n);
        const statements = [{ agreementId: 'stated', leg: 0, slot: SLOT, deliveredWh: '300' }];
        expect(corrected({ statements })).to.equal(-5_000_000n);
    });

    it('storage and subsidy: what comes out again, as far as the fund goes', () => {
        const example = new Example(
            {
                rules: { carriers: { electricity: prices({ subsidyMicroPerKwh: '60000' }) }, haltGraceSlots: 0 },
                points: [
                    point('g.roof', 'electricity', { isRenewable: true }),
                    point('s.battery', 'electricity', { isRenewable: true, storageEfficiencyBp: 9_000 }),
                ],
                steps: [
                    { kind: 'subsidy', carrier: 'electricity', amountNano: '30000000' },
                    ...runs(['electricity', SLOT], ['electricity', SLOT + 1]),
                ],
            },
            {
                'g.roof': [{ exportWh: 400n }, { exportWh: 100n }],
                's.battery': [{ importWh: 300n }, { exportWh: 280n }],
            },
        );
        expect(example.sum('cover/g/electricity')).to.equal(50_621_622n);
        expect(example.sum('cover/s/electricity')).to.equal(-27_221_622n);
        expect(example.sum('cover/s/electricity', 'feeCredit')).to.equal(5_400_000n);
        expect(example.sum('system/fees/electricity')).to.equal(600_000n);
        expect(example.sum('subsidy/electricity')).to.equal(0n);
    });

    it('sub-meters: a tenant behind a roof pays the network for what the connection saw come in', () => {
        // The house makes 200 Wh, the tenants take 180 and 90, and 150 come in through the connection.
        const example = new Example(
            {
                rules: { carriers: { electricity: prices() }, haltGraceSlots: 0 },
                points: [
                    point('house.main', 'electricity'),
                    point('one.sub', 'electricity', { parentPointId: 'house.main' }),
                    point('two.sub', 'electricity', { parentPointId: 'house.main' }),
                ],
                steps: runs(['electricity', SLOT]),
            },
            {
                'house.main': [{ importWh: 150n }],
                'one.sub': [{ importWh: 180n }],
                'two.sub': [{ importWh: 90n }],
            },
        );
        expect(example.sum('cover/one/electricity', 'fee')).to.equal(-100n * 20_000n);
        expect(example.sum('cover/two/electricity', 'fee')).to.equal(-50n * 20_000n);
        expect(example.sum('cover/house/electricity', 'fee')).to.equal(0n);
        expect(example.sum('cover/house/electricity', 'imbalance')).to.equal(120n * 50_000n);
        expect(example.sum('cover/one/electricity', 'imbalance')).to.equal(-180n * 150_000n);
    });

    it('charge points: what was not handed over is neither paid nor owed for, and the fee is asked once', () => {
        const station = { chargePointId: 'cpo.charger' };
        const example = new Example(
            {
                rules: {
                    carriers: { electricity: prices(), mobility: prices({ networkFeeMicroPerKwh: '7000' }) },
                    haltGraceSlots: 0,
                },
                points: [
                    point('cpo.charger', 'electricity', station),
                    point('cpo.station', 'mobility', { ...station, source: null }),
                    point('fleet.van', 'mobility', { ...station, source: null }),
                ],
                agreements: [agreement([leg('mobility', 'cpo.station', 'fleet.van', '500', '400000')])],
                steps: runs(['electricity', SLOT], ['mobility', SLOT]),
            },
            { 'cpo.charger': [{ importWh: 420n }] },
        );
        expect(example.sum('free/cpo', 'energy')).to.equal(420n * 400_000n);
        expect(example.sum('free/fleet', 'release')).to.equal(80n * 400_000n);
        expect(example.sum('free/fleet', 'default') + example.sum('free/cpo', 'default')).to.equal(0n);
        expect(example.sum('cover/cpo/electricity', 'fee')).to.equal(-420n * 20_000n);
        expect(example.sum('cover/fleet/mobility')).to.equal(0n);
        expect(example.sum('cover/cpo/mobility')).to.equal(0n);
    });

    it('gas: by volume and the published value, until one end is estimated', () => {
        const gas = (parts: Pick<Statement, 'gaps' | 'calorificValues'>, steps: Step[] = []): bigint =>
            new Example(
                {
                    rules: { carriers: { gas: prices() }, haltGraceSlots: 0 },
                    points: [point('h.gas', 'gas')],
                    steps: [...runs(['gas', SLOT], ['gas', SLOT + 1]), ...steps],
                    ...parts,
                },
                // The meter takes a litre for 11 Wh and tells 35 of them in each slot.
                { 'h.gas': Array.from({ length: 2 }, () => ({ importWh: 385n, importLitres: 35n })) },
            ).sum('cover/h/gas', 'imbalance');
        const published = { slot: SLOT, whPerM3: '10777' };
        expect(gas({ gaps: [] })).to.equal(-(385n + 385n) * 150_000n);
        expect(gas({ gaps: [], calorificValues: [published] })).to.equal(-(377n + 385n) * 150_000n);
        const silent = { pointId: 'h.gas', slot: SLOT, lastSlot: SLOT - 1, nextSlot: SLOT + 1 };
        expect(gas({ gaps: [silent], calorificValues: [published] })).to.equal(-(385n + 385n) * 150_000n);
        // Published after the initial run, it counts in the next one.
        const run: Step = { kind: 'reconciliation', carrier: 'gas', slot: SLOT, gaps: [], whPerM3: '10777' };
        expect(gas({ gaps: [] }, [run])).to.equal(-(377n + 385n) * 150_000n);
        expect(gas({ gaps: [silent] }, [run])).to.equal(-(377n + 385n) * 150_000n);
        expect(gas({ gaps: [] }, [{ ...run, gaps: [silent] }])).to.equal(-(385n + 385n) * 150_000n);
    });
});
