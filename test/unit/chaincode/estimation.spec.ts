import {
    type Evidence,
    estimatedEnds,
    estimateRegisters,
    qualityBetween,
    type RegistersAt,
    type RegisterState,
    sameTypeSlots,
} from '@commonwatt/chaincode/domain/estimation';
import { type Counted, type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';

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
            { point: point('scheduled'), after: null },
        ]);
        expect(ends).to.deep.equal([{ pointId: 'silent', importWh: 0n, exportWh: 0n, quality: 'missing' }]);
    });
});
