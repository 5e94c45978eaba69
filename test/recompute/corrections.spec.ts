import { expect } from 'chai';
import { agreement, Example, leg, point, prices, runs, SLOT } from './example.js';
import type { Gap, Statement, Step } from './statement.js';

const ELECTRICITY = { rules: { carriers: { electricity: prices({ networkFeeMicroPerKwh: '0' }) }, haltGraceSlots: 0 } };
const late = (pointId: string, slot: number, nextSlot: number | null, lastSlot = slot - 1): Gap => ({
    pointId,
    slot,
    lastSlot,
    nextSlot,
});
const corrected = (
    carrier: string,
    slot: number,
    more: Partial<Extract<Step, { kind: 'reconciliation' }>> = {},
): Step => ({
    kind: 'reconciliation',
    carrier,
    slot,
    gaps: [],
    whPerM3: null,
    ...more,
});
const replaced = (pointId: string, slot: number, of: 'registers' | 'energy', wh: string): Step => ({
    kind: 'replacement',
    pointId,
    slot,
    of,
    importWh: '0',
    exportWh: wh,
});

describe('corrections, computed independently', () => {
    /** P sells to A: three slots of 100 Wh, of which P's meter tells the second too late. */
    const sale = (steps: Step[], changes: Partial<Statement> = {}): Example =>
        new Example(
            {
                ...ELECTRICITY,
                points: [point('p.point', 'electricity'), point('a.point', 'electricity')],
                agreements: [
                    agreement(
                        [
                            {
                                ...leg('electricity', 'p.point', 'a.point', '', ''),
                                energyWh: ['100', '100', '100'],
                                priceMicroPerKwh: ['200000', '200000', '200000'],
                            },
                        ],
                        { slotCount: 3, endSlot: SLOT + 3, toleranceBp: 0, defaultCapNano: '6000000' },
                    ),
                ],
                gaps: [late('p.point', SLOT + 1, null)],
                steps,
                ...changes,
            },
            {
                'p.point': [{ exportWh: 60n }, { exportWh: 90n }, { exportWh: 100n }],
                'a.point': [{ importWh: 100n }, { importWh: 100n }, { importWh: 100n }],
            },
        );
    const initial = [0, 1, 2].map((n) => ['electricity', SLOT + n] as const);

    it('come to the same as the example of the settlement document', () => {
        const before = sale(runs(...initial));
        expect(before.sum('escrow/one/p', 'default')).to.equal(-6_000_000n);
        expect(before.sum('free/p', 'energy')).to.equal(32_000_000n);
        expect(before.sum('cover/p/electricity', 'imbalance')).to.equal(4_500_000n);

        const after = sale([
            ...runs(...initial),
            corrected('electricity', SLOT + 1),
            corrected('electricity', SLOT + 2),
        ]);
        expect(after.sum('cover/p/electricity', 'energy')).to.equal(18_000_000n);
        expect(after.sum('cover/a/electricity', 'energy')).to.equal(-18_000_000n);
        expect(after.sum('cover/p/electricity', 'default')).to.equal(1_000_000n);
        expect(after.sum('cover/a/electricity', 'default')).to.equal(-1_000_000n);
        expect(after.sum('cover/p/electricity', 'imbalance')).to.equal(0n);
        expect(after.sum('cover/a/electricity', 'imbalance')).to.equal(-50n * 150_000n);
        expect(after.sum('free/p', 'energy') + after.sum('cover/p/electricity', 'energy')).to.equal(50_000_000n);
    });

    it('draw the cap anew for other slots, from escrow while the agreement is open', () => {
        // The first slot turns out as agreed: what its default had drawn is there for the second one's.
        const example = sale([
            ...runs(...initial.slice(0, 2)),
            replaced('p.point', SLOT, 'energy', '100'),
            corrected('electricity', SLOT, { gaps: [late('p.point', SLOT + 1, null)] }),
        ]);
        expect(example.sum('cover/a/electricity', 'default')).to.equal(0n);
        const bySlot = (slot: number): bigint =>
            example.postings
                .filter((each) => each.kind === 'default' && each.account === 'escrow/one/p' && each.slot === slot)
                .reduce((sum, { amountNano }) => sum + amountNano, 0n);
        expect([bySlot(SLOT), bySlot(SLOT + 1)]).to.deep.equal([0n, -6_000_000n]);
    });

    it('go by replaced registers in the slot and the next, by replaced energy in the slot alone', () => {
        const all = [0, 1, 2].map((n) => corrected('electricity', SLOT + n));
        const known = { gaps: [] };
        const registers = sale([...runs(...initial), replaced('p.point', SLOT + 1, 'registers', '170'), ...all], known);
        expect(registers.sum('cover/p/electricity', 'imbalance')).to.equal(10n * 50_000n);
        expect(registers.sum('cover/a/electricity', 'imbalance')).to.equal(-(40n + 0n + 20n) * 150_000n);
        const energy = sale([...runs(...initial), replaced('p.point', SLOT + 1, 'energy', '100'), ...all], known);
        expect(energy.sum('cover/a/electricity', 'imbalance')).to.equal(-40n * 150_000n);
    });

    it('know what is still missing from the readings around it, and after the last one from earlier days', () => {
        const between = sale([
            ...runs(...initial),
            corrected('electricity', SLOT + 1, { gaps: [late('p.point', SLOT + 1, SLOT + 2)] }),
        ]);
        // Half of the 190 Wh between the readings around it.
        expect(between.sum('cover/p/electricity', 'energy')).to.equal(95n * 200_000n);
        const after = sale([
            ...runs(...initial),
            corrected('electricity', SLOT + 1, { gaps: [late('p.point', SLOT + 1, null)] }),
        ]);
        expect(after.sum('cover/p/electricity', 'energy')).to.equal(0n);
    });

    it('pay subsidies as far as the fund goes now, and take back what was paid beyond what is due', () => {
        const market = (fund: string, truthWh: string, refill = '0'): Example =>
            new Example(
                {
                    rules: { carriers: { electricity: prices({ subsidyMicroPerKwh: '60000' }) }, haltGraceSlots: 0 },
                    points: [point('g.roof', 'electricity', { isRenewable: true })],
                    steps: [
                        { kind: 'subsidy', carrier: 'electricity', amountNano: fund },
                        ...runs(['electricity', SLOT]),
                        replaced('g.roof', SLOT, 'energy', truthWh),
                        { kind: 'subsidy', carrier: 'electricity', amountNano: refill },
                        corrected('electricity', SLOT),
                    ],
                },
                { 'g.roof': [{ exportWh: 400n }] },
            );
        expect(market('30000000', '600').sum('cover/g/electricity', 'subsidy')).to.equal(30_000_000n);
        expect(market('20000000', '300').sum('cover/g/electricity', 'subsidy')).to.equal(18_000_000n);
        // What the fund could not pay before is not owed for less than was due.
        expect(market('20000000', '399', '9000000').sum('cover/g/electricity', 'subsidy')).to.equal(20_000_000n);
        expect(market('20000000', '450', '9000000').sum('cover/g/electricity', 'subsidy')).to.equal(23_000_000n);
        expect(market('30000000', '300').sum('subsidy/electricity')).to.equal(12_000_000n);
    });

    it('count on from what the same run of the slot before left in a storage’s account', () => {
        const steps = (...more: Step[]): Step[] => [...runs(['electricity', SLOT], ['electricity', SLOT + 1]), ...more];
        const storage = (all: Step[]): Example =>
            new Example(
                {
                    rules: { carriers: { electricity: prices() }, haltGraceSlots: 0 },
                    points: [point('s.battery', 'electricity', { storageEfficiencyBp: 9_000 })],
                    steps: all,
                },
                { 's.battery': [{ importWh: 300n }, { exportWh: 280n }] },
            );
        expect(storage(steps()).sum('cover/s/electricity', 'feeCredit')).to.equal(270n * 20_000n);
        const wrong: Step = {
            kind: 'replacement',
            pointId: 's.battery',
            slot: SLOT,
            of: 'energy',
            importWh: '200',
            exportWh: '0',
        };
        const chain = steps(wrong, corrected('electricity', SLOT), corrected('electricity', SLOT + 1));
        expect(storage(chain).sum('cover/s/electricity', 'feeCredit')).to.equal(180n * 20_000n);
    });

    it('of an input reach what is made from it with their own run', () => {
        const legs = [
            leg('electricity', 's.point', 'b.point', '100', '200000'),
            leg('heat', 'b.heat', 'a.heat', '300', '90000'),
        ];
        const all = runs(['electricity', SLOT], ['heat', SLOT]);
        const market = (steps: Step[]): Example =>
            new Example(
                {
                    rules: { carriers: { electricity: prices(), heat: prices() }, haltGraceSlots: 0 },
                    points: [
                        point('s.point', 'electricity'),
                        point('b.point', 'electricity'),
                        point('b.heat', 'heat'),
                        point('a.heat', 'heat'),
                    ],
                    agreements: [
                        agreement(legs, {
                            conversions: [{ inputLeg: 0, outputLeg: 1, ratioBp: 30_000 }],
                            toleranceBp: 0,
                        }),
                    ],
                    gaps: [late('s.point', SLOT, null)],
                    steps,
                },
                {
                    's.point': [{ exportWh: 100n }],
                    'b.point': [{ importWh: 100n }],
                    'b.heat': [{ exportWh: 290n }],
                    'a.heat': [{ importWh: 300n }],
                },
            );
        const silent = market(all);
        expect(silent.sum('escrow/one/s', 'default')).to.equal(-11_000_000n);
        const heard = market([...all, corrected('electricity', SLOT), corrected('heat', SLOT)]);
        expect(heard.sum('cover/s/heat', 'default')).to.equal(1_000_000n);
        expect(heard.sum('cover/b/heat', 'default')).to.equal(-1_000_000n);
        expect(heard.sum('cover/s/electricity', 'default')).to.equal(10_000_000n);
    });
});
