import { expect } from 'chai';
import { agreement, Example, leg, point, prices, runs, SLOT } from './example.js';
import type { Counted } from './example.js';
import type { CarrierPrices, Rules, Statement, Step } from './statement.js';

const rulesOf = (electricity: Partial<CarrierPrices>, haltGraceSlots = 0): Rules => ({
    carriers: { electricity: prices(electricity) },
    haltGraceSlots,
});
const BEFORE = rulesOf({ networkFeeMicroPerKwh: '20000', subsidyMicroPerKwh: '60000' });
/** In force from the second slot and from the third. */
const LATER = [
    {
        ...rulesOf({
            imbalanceShortMicroPerKwh: '170000',
            imbalanceLongMicroPerKwh: '30000',
            networkFeeMicroPerKwh: '9000',
            subsidyMicroPerKwh: '70000',
        }),
        fromSlot: SLOT + 1,
    },
    { ...rulesOf({ imbalanceShortMicroPerKwh: '190000', networkFeeMicroPerKwh: '0' }), fromSlot: SLOT + 2 },
];
const SLOTS = [SLOT, SLOT + 1, SLOT + 2];
const FUND: Step = { kind: 'subsidy', carrier: 'electricity', amountNano: '1000000000' };

/** Three slots of one point, each of a version of its own. */
const market = (
    counted: readonly Counted[],
    parts: Parameters<typeof point>[2] = {},
    ...more: readonly Step[]
): Example =>
    new Example(
        {
            rules: BEFORE,
            laterRules: LATER,
            points: [point('h.meter', 'electricity', parts)],
            steps: [FUND, ...runs(...SLOTS.map((slot) => ['electricity', slot] as const)), ...more],
        },
        { 'h.meter': counted },
    );
const inSlots = ({ postings }: Example, kind: string): bigint[] =>
    SLOTS.map((slot) =>
        postings
            .filter((each) => each.kind === kind && each.slot === slot && each.account === 'cover/h/electricity')
            .reduce((sum, { amountNano }) => sum + amountNano, 0n),
    );
const thrice = (each: Counted): Counted[] => [each, each, each];

describe('rules that change, settled a second time', () => {
    it('ask prices and fees of the slot that is settled', () => {
        const taken = market(thrice({ importWh: 100n }));
        expect(inSlots(taken, 'imbalance')).to.deep.equal([-15_000_000n, -17_000_000n, -19_000_000n]);
        expect(inSlots(taken, 'fee')).to.deep.equal([-2_000_000n, -900_000n, 0n]);
        const given = market(thrice({ exportWh: 100n }), { isRenewable: true });
        expect(inSlots(given, 'imbalance')).to.deep.equal([5_000_000n, 3_000_000n, 5_000_000n]);
        expect(inSlots(given, 'subsidy')).to.deep.equal([6_000_000n, 7_000_000n, 0n]);
    });

    it('credit the fee of a storage at that of the slot in which the energy comes back', () => {
        const stored = market([{ importWh: 300n }, { exportWh: 100n }, { exportWh: 100n }], {
            storageEfficiencyBp: 9_000,
        });
        expect(inSlots(stored, 'fee')).to.deep.equal([-6_000_000n, 0n, 0n]);
        expect(inSlots(stored, 'feeCredit')).to.deep.equal([0n, 900_000n, 0n]);
    });

    it('correct a slot by its own rules, however late', () => {
        const replacement = { kind: 'replacement', pointId: 'h.meter', slot: SLOT, of: 'energy' } as const;
        const truth = { importWh: '200', exportWh: '0' };
        const correction: Step = {
            kind: 'reconciliation',
            carrier: 'electricity',
            slot: SLOT,
            gaps: [],
            whPerM3: null,
        };
        const corrected = market(thrice({ importWh: 100n }), {}, { ...replacement, ...truth }, correction);
        expect(corrected.sum('cover/h/electricity', 'fee')).to.equal(-200n * 20_000n - 100n * 9_000n);
        expect(inSlots(corrected, 'imbalance')[0]).to.equal(-200n * 150_000n);
    });

    it('excuse after a halt for as long as the rules of the slot say', () => {
        const owed = (laterRules: Statement['laterRules'] = []): bigint =>
            new Example(
                {
                    rules: rulesOf({}, 0),
                    laterRules,
                    points: [point('s.meter', 'electricity'), point('b.meter', 'electricity')],
                    agreements: [
                        agreement([leg('electricity', 's.meter', 'b.meter', '100', '200000')], {
                            exemptions: ['halt'],
                        }),
                    ],
                    halts: [{ carrier: 'electricity', mspId: 'OtherMSP', fromSlot: SLOT - 2, endSlot: SLOT }],
                    steps: runs(['electricity', SLOT]),
                },
                { 'b.meter': [{ importWh: 100n }] },
            ).sum('free/b', 'default');
        expect(owed(), 'the halt is over').to.equal(100n * 100_000n - 2n * 100_000n);
        expect(owed([{ ...rulesOf({}, 1), fromSlot: SLOT }])).to.equal(0n);
        expect(owed([{ ...rulesOf({}, 1), fromSlot: SLOT + 1 }])).to.equal(owed());
    });
});
