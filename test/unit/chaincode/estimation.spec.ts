import {
    type Evidence,
    estimateAfter,
    estimatedEnds,
    estimateRegisters,
    measuredIn,
    qualityBetween,
    type RegistersAt,
    type RegisterState,
    sameTypeReach,
    sameTypeSlots,
    worseQuality,
} from '@commonwatt/chaincode/domain/estimation';
import { type Counted, type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const registers = (importWh: bigint, exportWh: bigint): Counted => ({
    importWh: energyWh(importWh),
    exportWh: energyWh(exportWh),
    volume: null,
});
const reading = (slot: number, importWh: bigint, exportWh: bigint): RegistersAt => ({
    slot,
    ...registers(importWh, exportWh),
});
const evidence = (changes: Partial<Evidence>): Evidence => ({
    slot: 2,
    begin: registers(70n, 0n),
    last: null,
    next: null,
    sameTypeDay: null,
    ...changes,
});

describe('registers that nobody read', () => {
    it('are interpolated between the nearest readings, each rounded down', () => {
        const found = estimateRegisters(evidence({ last: reading(0, 0n, 10n), next: reading(3, 100n, 14n) }));
        expect(found).to.deep.equal({ ...registers(66n, 12n), quality: 'estimated' });
    });

    it('stay between the readings, also at their far ends', () => {
        const limit = 10n ** 15n;
        const found = estimateRegisters(evidence({ last: reading(0, 0n, 0n), next: reading(2_976, limit, 1n) }));
        expect(found).to.deep.equal({ ...registers((limit * 2n) / 2_976n, 0n), quality: 'estimated' });
    });

    it('without a later reading follow the same slot of a day of the same type', () => {
        const found = estimateRegisters(evidence({ last: reading(0, 0n, 0n), sameTypeDay: registers(5n, 7n) }));
        expect(found).to.deep.equal({ ...registers(75n, 7n), quality: 'estimated' });
    });

    it('are interpolated by their distance from the readings, wherever these lie', () => {
        const between = { last: reading(1_000, 40n, 0n), next: reading(1_004, 80n, 8n) };
        const found = estimateRegisters(evidence({ slot: 1_001, ...between }));
        expect(found).to.deep.equal({ ...registers(50n, 2n), quality: 'estimated' });
    });

    it('are not interpolated from a later reading alone', () => {
        const found = estimateRegisters(evidence({ next: reading(3, 100n, 14n) }));
        expect(found).to.deep.equal({ ...registers(70n, 0n), quality: 'missing' });
    });

    it('stay as they were when nothing is known', () => {
        expect(estimateRegisters(evidence({}))).to.deep.equal({ ...registers(70n, 0n), quality: 'missing' });
    });
});

describe('days of the same type', () => {
    // Slot 0 begins Thursday, 1 January 1970; a day has 96 slots.
    const slotOfDay = (day: number): number => day * 96 + 40;
    const [thursday, friday, saturday, sunday, monday] = [7, 8, 9, 10, 11] as const;
    const days: Readonly<Record<string, readonly [number, readonly number[]]>> = {
        'a working day after a working day': [friday, [thursday, friday - 7]],
        'the first day of a weekend': [saturday, [saturday - 7]],
        'the second day of a weekend': [sunday, [saturday, sunday - 7]],
        'a working day after a weekend': [monday, [monday - 7]],
    };
    for (const [name, [day, earlier]] of Object.entries(days)) {
        it(`are found for ${name}`, () => {
            expect(sameTypeSlots(slotOfDay(day), 96)).to.deep.equal(earlier.map(slotOfDay));
        });
    }

    it('agree with the calendar for ten years', () => {
        for (let day = 7; day < 3_660; day += 1) {
            const weekday = (of: number): number => new Date(of * 86_400_000).getUTCDay();
            const isWeekend = (of: number): boolean => weekday(of) === 0 || weekday(of) === 6;
            const sameType = isWeekend(day) === isWeekend(day - 1);
            const expected = sameType ? [day - 1, day - 7] : [day - 7];
            const found = sameTypeSlots(slotOfDay(day), 96).map((slot) => (slot - 40) / 96);
            expect(found.filter((each) => each > 0)).to.deep.equal(expected.filter((each) => each > 0));
        }
    });

    it('do not lie before the first slot', () => {
        expect(sameTypeSlots(96, 96)).to.deep.equal([]);
        expect(sameTypeSlots(24 * 7 + 1, 24)).to.deep.equal([24 * 6 + 1, 1]);
    });
});

describe('the quality of a slot', () => {
    const state = (quality: RegisterState['quality']): RegisterState => ({ ...registers(0n, 0n), quality });

    it('is measured only between two readings', () => {
        const between = (before: RegisterState['quality'], after: RegisterState['quality']): string =>
            qualityBetween(state(before), state(after));
        expect(between('measured', 'measured')).to.equal('measured');
        expect(between('estimated', 'measured')).to.equal('estimated');
        expect(between('missing', 'measured')).to.equal('estimated');
        expect(between('measured', 'estimated')).to.equal('estimated');
        expect(between('estimated', 'missing')).to.equal('missing');
        expect(between('replaced', 'measured')).to.equal('replaced');
        expect(between('measured', 'replaced')).to.equal('replaced');
        expect(between('replaced', 'replaced')).to.equal('replaced');
        expect(between('replaced', 'estimated')).to.equal('estimated');
    });

    it('is the worse of two', () => {
        const order = ['scheduled', 'measured', 'replaced', 'estimated', 'missing'] as const;
        order.forEach((better, index) => {
            for (const worse of order.slice(index)) {
                expect([worseQuality(better, worse), worseQuality(worse, better)]).to.deep.equal([worse, worse]);
            }
        });
    });

    it('leaves to the next slot what was estimated, and nothing else', () => {
        const point = (pointId: string): MeteringPoint => ({
            pointId,
            participantId: pointId,
            carrier: 'heat',
            connectionPoint: 'bus-1',
            fromSlot: 0,
            meter: null,
            ...PLAIN_POINT,
        });
        const ends = estimatedEnds([
            { point: point('read'), after: state('measured') },
            { point: point('silent'), after: state('missing') },
            { point: point('disputed'), after: state('replaced') },
            { point: point('guessed'), after: { ...state('estimated'), ...registers(8n, 9n) } },
            { point: point('scheduled'), after: null },
        ]);
        expect(ends).to.deep.equal([
            { pointId: 'silent', importWh: 0n, exportWh: 0n, quality: 'missing' },
            { pointId: 'guessed', importWh: 8n, exportWh: 9n, quality: 'estimated' },
        ]);
    });
});

describe('registers after the last reading of all', () => {
    /** Two slots a day: day 4 is a Monday, days 2 and 3 are a weekend. Every slot so far took its own number of Wh. */
    const PER_DAY = 2;
    const LAST = 11;
    const upTo = (slot: number) => registers(BigInt((slot * (slot + 1)) / 2), BigInt(slot));
    const readings = new Map(Array.from({ length: LAST + 1 }, (_, slot) => [slot, upTo(slot)]));
    const after = (slot: number, known = readings): RegisterState =>
        estimateAfter({ slot: LAST, ...upTo(LAST) }, known, slot, PER_DAY);

    it('go on by the same slots of the last day of the same type', () => {
        // 66 Wh at the end of slot 11, of Tuesday; 10 and 11 Wh on Wednesday, and the same on Thursday.
        expect(after(12)).to.deep.equal({ ...registers(76n, 12n), quality: 'estimated' });
        expect(after(13)).to.deep.equal({ ...registers(87n, 13n), quality: 'estimated' });
    });

    it('stand still in slots that nothing tells of', () => {
        // Thursday's slot 14 would follow Wednesday's 12 or that of the week before, slot 0: nobody read either.
        expect(after(14)).to.deep.equal({ ...registers(87n, 13n), quality: 'missing' });
        // Slot 15 follows that of the week before, slot 1, which took 1 Wh.
        expect(after(15)).to.deep.equal({ ...registers(88n, 14n), quality: 'estimated' });
    });

    it('stand still from a week after the reading on', () => {
        // 88 Wh at the end of slot 15; then 2, 3 and so on up to 11 Wh, each as seven days before.
        const week = after(LAST + 14);
        expect(week).to.deep.equal({ ...registers(153n, 24n), quality: 'estimated' });
        for (const slot of [LAST + 15, LAST + 100]) {
            expect(after(slot)).to.deep.equal({ ...week, quality: 'missing' });
        }
    });

    it('are those of the reading at its own slot', () => {
        expect(after(LAST)).to.deep.equal({ ...upTo(LAST), quality: 'missing' });
    });

    it('are told by readings from a week and a slot before the last one', () => {
        expect(sameTypeReach(PER_DAY)).to.equal(15);
        expect(sameTypeReach(96)).to.equal(673);
    });
});

describe('the energy of a slot that was measured', () => {
    const readings = new Map([
        [3, registers(10n, 4n)],
        [4, registers(17n, 4n)],
        [6, registers(30n, 9n)],
        [7, registers(30n, 10n)],
    ]);

    it('is that of the first one read at both its ends', () => {
        const energy = (importWh: bigint, exportWh: bigint) => ({ importWh, exportWh });
        expect(measuredIn(readings, [4, 7])).to.deep.equal(energy(7n, 0n));
        expect(measuredIn(readings, [7, 4])).to.deep.equal(energy(0n, 1n));
        expect(measuredIn(readings, [3, 5, 6, 8, 4])).to.deep.equal(energy(7n, 0n));
        expect(measuredIn(readings, [3, 5, 6, 8])).to.equal(null);
        expect(measuredIn(readings, [])).to.equal(null);
    });

    it('is never negative', () => {
        for (const after of [registers(9n, 4n), registers(10n, 3n)]) {
            const backwards = new Map([...readings, [4, after]]);
            expectRefusal(() => measuredIn(backwards, [4]), 'INVARIANT_BROKEN', {
                invariant: 'registers do not run backwards',
            });
        }
    });
});
