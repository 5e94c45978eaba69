import type { Counted } from '@commonwatt/chaincode/domain/meter';
import {
    countedBy,
    type CountedReading,
    countedFirst,
    demandInstalled,
    fitsBetween,
    followsReading,
    isMonotonic,
    type Reading,
    sameReading,
} from '@commonwatt/chaincode/domain/reading';
import { calorificWhPerM3, energyWh, volumeLitres } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { readingOf } from '../../support/market-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT } from '../../support/sample-market.js';

const POINT = 'anna-point';
const shown = (offset: number, importWh: bigint, exportWh = 0n): Reading =>
    readingOf(POINT, FIRST_SLOT + offset, importWh, exportWh);
const litres = (importLitres: bigint, exportLitres = 0n): Counted['volume'] => ({
    importLitres: volumeLitres(importLitres),
    exportLitres: volumeLitres(exportLitres),
});
const gas = (offset: number, importLitres: bigint, exportLitres = 0n): Reading => ({
    ...shown(offset, importLitres, exportLitres),
    volume: {
        importLitres: volumeLitres(importLitres),
        exportLitres: volumeLitres(exportLitres),
        calorificWhPerM3: calorificWhPerM3(11_000n),
    },
});
const counted = (reading: Reading): CountedReading => ({ reading, counted: countedFirst(reading) });

describe('a reading', () => {
    it('goes on from the last one, however many were lost between', () => {
        expect(followsReading(shown(0, 10n), shown(1, 10n))).to.deep.equal(shown(1, 10n));
        followsReading(shown(0, 10n), shown(7, 90n));
    });

    it('goes on in slot, sequence and both registers at once', () => {
        const last = shown(3, 10n, 10n);
        const order = { pointId: POINT, lastSequence: 4, lastSlot: FIRST_SLOT + 3 };
        const late = [shown(3, 20n, 20n), shown(2, 20n, 20n), { ...shown(4, 20n, 20n), sequence: 4 }];
        for (const next of late) {
            const { sequence, slot } = next;
            expectRefusal(() => followsReading(last, next), 'READING_OUT_OF_ORDER', { ...order, sequence, slot });
        }
        for (const next of [shown(4, 9n, 20n), shown(4, 20n, 9n)]) {
            expectRefusal(() => followsReading(last, next), 'READING_NOT_MONOTONIC', {
                pointId: POINT,
                slot: FIRST_SLOT + 4,
            });
        }
    });

    it('that comes late fits between its neighbours, or stands nowhere', () => {
        const [before, after] = [counted(shown(0, 10n)), counted(shown(4, 50n))];
        expect(fitsBetween(before, counted(shown(2, 30n)), after)).to.deep.equal(shown(2, 30n));
        fitsBetween(before, counted(shown(2, 10n)), after);
        fitsBetween(before, counted(shown(2, 50n)), after);
        for (const importWh of [9n, 51n]) {
            expectRefusal(() => fitsBetween(before, counted(shown(2, importWh)), after), 'READING_NOT_MONOTONIC');
        }
        const of = (neighbour: Reading | null) => ({
            lastSlot: neighbour?.slot ?? null,
            lastSequence: neighbour?.sequence ?? null,
        });
        const refused = (from: CountedReading | null, to: CountedReading | null, neighbour: Reading | null): void =>
            expectRefusal(() => fitsBetween(from, counted(shown(2, 30n)), to), 'READING_OUT_OF_ORDER', of(neighbour));
        refused(null, after, null);
        refused(before, null, null);
        refused(counted(shown(2, 10n)), after, shown(2, 10n));
        refused(before, counted(shown(2, 50n)), shown(2, 50n));
    });

    it('of another meter fits by its slot and by what the point has counted', () => {
        const other = (offset: number, importWh: bigint, pointWh: bigint): CountedReading => ({
            reading: { ...shown(offset, importWh), meterId: 'before', sequence: 900 },
            counted: { importWh: energyWh(pointWh), exportWh: energyWh(0n), volume: null },
        });
        fitsBetween(other(0, 8_000n, 10n), counted(shown(2, 30n)), counted(shown(4, 50n)));
        expectRefusal(
            () => fitsBetween(other(0, 1n, 31n), counted(shown(2, 30n)), counted(shown(4, 50n))),
            'READING_NOT_MONOTONIC',
        );
    });

    it('speaks of slots for which its meter was there', () => {
        const installed = { ...counted(shown(2, 0n)), publicKey: '', firstSlot: FIRST_SLOT + 3 };
        demandInstalled(installed, shown(3, 1n));
        demandInstalled(installed, shown(4, 1n));
        expectRefusal(() => demandInstalled(installed, shown(2, 1n)), 'READING_OUT_OF_ORDER');
    });

    it('is the same only when all of it is', () => {
        expect(sameReading(gas(1, 5n, 6n), gas(1, 5n, 6n))).to.equal(true);
        const others: readonly Reading[] = [
            gas(2, 5n, 6n),
            gas(1, 4n, 6n),
            gas(1, 5n, 7n),
            { ...gas(1, 5n, 6n), meterId: 'other' },
            { ...gas(1, 5n, 6n), pointId: 'other' },
            { ...gas(1, 5n, 6n), sequence: 9 },
            { ...gas(1, 5n, 6n), volume: null },
            { ...gas(1, 5n, 6n), volume: gas(1, 6n, 6n).volume },
            { ...gas(1, 5n, 6n), volume: gas(1, 5n, 7n).volume },
        ];
        expect(others.filter((other) => sameReading(gas(1, 5n, 6n), other))).to.deep.equal([]);
    });
});

describe('what a point has counted', () => {
    it('begins with what its first meter says', () => {
        expect(countedFirst(shown(0, 3n, 4n))).to.deep.equal({ importWh: 3n, exportWh: 4n, volume: null });
        expect(countedFirst(gas(0, 3n, 4n)).volume).to.deep.equal(litres(3n, 4n));
    });

    it('goes on by the differences of the meter that is there, whatever it began with', () => {
        const known = {
            reading: gas(0, 1_000n, 500n),
            counted: { ...countedFirst(shown(0, 7n, 8n)), volume: litres(7n, 8n) },
        };
        expect(countedBy(known, gas(1, 1_030n, 502n))).to.deep.equal({
            importWh: 37n,
            exportWh: 10n,
            volume: litres(37n, 10n),
        });
    });

    it('has a volume only where all the readings have', () => {
        const withVolume = { reading: gas(0, 1n), counted: { ...countedFirst(shown(0, 1n)), volume: litres(1n) } };
        expect(countedBy(withVolume, shown(1, 2n)).volume).to.equal(null);
        expect(countedBy({ ...withVolume, reading: shown(0, 1n) }, gas(1, 2n)).volume).to.equal(null);
        expect(countedBy(counted(shown(0, 1n)), gas(1, 2n)).volume).to.equal(null);
    });

    it('runs backwards in no register, the litres included', () => {
        const of = (importLitres: bigint, exportLitres: bigint): Counted => ({
            ...countedFirst(shown(0, 5n, 5n)),
            volume: litres(importLitres, exportLitres),
        });
        expect(isMonotonic(of(5n, 5n), of(5n, 5n))).to.equal(true);
        expect(isMonotonic(of(5n, 5n), of(6n, 6n))).to.equal(true);
        expect(isMonotonic(of(5n, 5n), of(4n, 6n))).to.equal(false);
        expect(isMonotonic(of(5n, 5n), of(6n, 4n))).to.equal(false);
        expect(isMonotonic({ ...of(5n, 5n), volume: null }, of(0n, 0n))).to.equal(true);
        expect(isMonotonic(of(5n, 5n), { ...of(0n, 0n), volume: null })).to.equal(true);
    });
});
