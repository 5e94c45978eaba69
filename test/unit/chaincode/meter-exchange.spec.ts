import {
    demandDead,
    type MeterExchange,
    exchangeMeter,
    sameExchange,
} from '@commonwatt/chaincode/domain/meter-exchange';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { LastReading, Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { calorificWhPerM3, energyWh, volumeLitres } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT } from '../../support/sample-market.js';

const reading = (changes: Partial<Reading>): Reading => ({
    pointId: 'point',
    meterId: 'old',
    sequence: 7,
    slot: FIRST_SLOT,
    importWh: energyWh(500n),
    exportWh: energyWh(50n),
    volume: null,
    ...changes,
});
const signed = (of: Reading): SignedReading => ({ reading: of, signature: '' });
const CLOSING = reading({ sequence: 8, slot: FIRST_SLOT + 1, importWh: energyWh(520n), exportWh: energyWh(51n) });
const OPENING = reading({
    meterId: 'new',
    sequence: 0,
    slot: FIRST_SLOT + 1,
    importWh: energyWh(9n),
    exportWh: energyWh(3n),
});
const EXCHANGE: MeterExchange = {
    pointId: 'point',
    oldMeterId: 'old',
    closing: signed(CLOSING),
    opening: signed(OPENING),
    meter: { meterId: 'new', publicKey: '02' },
    consent: null,
};
const POINT: MeteringPoint = {
    pointId: 'point',
    participantId: 'anna',
    carrier: 'gas',
    connectionPoint: 'bus-1',
    fromSlot: 0,
    meter: { meterId: 'old', publicKey: '01' },
    ...PLAIN_POINT,
};
/** The point has counted more than its present meter shows: that one is not its first. */
const LAST: LastReading = {
    reading: reading({}),
    publicKey: '01',
    firstSlot: 3,
    counted: { importWh: energyWh(1_500n), exportWh: energyWh(1_050n), volume: null },
};
const closing = (changes: Partial<Reading>): Partial<MeterExchange> => ({
    closing: signed({ ...CLOSING, ...changes }),
});
const opening = (changes: Partial<Reading>): Partial<MeterExchange> => ({
    opening: signed({ ...OPENING, ...changes }),
});

describe('the exchange of a meter', () => {
    it('goes on from where the old meter closed, whatever the new one shows', () => {
        const { point, last } = exchangeMeter(POINT, LAST, EXCHANGE, null);
        expect(point).to.deep.equal({ ...POINT, meter: EXCHANGE.meter });
        expect(last).to.deep.equal({
            reading: OPENING,
            publicKey: '02',
            firstSlot: FIRST_SLOT + 2,
            counted: { importWh: 1_520n, exportWh: 1_051n, volume: null },
        });
    });

    it('may come in the slot of the last reading, and with registers that have not moved', () => {
        const still = { slot: FIRST_SLOT, importWh: energyWh(500n), exportWh: energyWh(50n) };
        const exchange = { ...EXCHANGE, ...closing(still), ...opening({ slot: FIRST_SLOT }) };
        expect(exchangeMeter(POINT, LAST, exchange, null).last.counted).to.deep.equal(LAST.counted);
    });

    const volume = {
        importLitres: volumeLitres(40n),
        exportLitres: volumeLitres(0n),
        calorificWhPerM3: calorificWhPerM3(11_000n),
    };
    const refusals: readonly (readonly [string, Partial<MeterExchange>])[] = [
        ['another meter with a key of its own', { oldMeterId: 'new' }],
        ['another meter with a key of its own', { meter: { meterId: 'new', publicKey: '01' } }],
        ['the installed meter closes', closing({ pointId: 'elsewhere' })],
        ['the installed meter closes', closing({ meterId: 'other' })],
        ['the closing follows the last reading', closing({ sequence: 7 })],
        ['the closing follows the last reading', closing({ slot: FIRST_SLOT - 1 })],
        ['the closing tells what the meter counts', closing({ volume })],
        ['no register ran backwards', closing({ importWh: energyWh(499n) })],
        ['no register ran backwards', closing({ exportWh: energyWh(49n) })],
        ['the new meter opens at the point', opening({ pointId: 'elsewhere' })],
        ['the new meter opens at the point', opening({ meterId: 'old' })],
        ['its opening is its first reading', opening({ sequence: 1 })],
        ['it begins to count where the old one ends', opening({ slot: FIRST_SLOT })],
        ['it counts what the old one counted', opening({ volume })],
    ];
    refusals.forEach(([reason, changes], index) => {
        it(`is refused (${index + 1}): ${reason}`, () => {
            const attempt = (): unknown => exchangeMeter(POINT, LAST, { ...EXCHANGE, ...changes }, null);
            expectRefusal(attempt, 'METER_EXCHANGE_INVALID', { pointId: 'point', reason });
        });
    });

    it('of a gas meter continues its volumes', () => {
        const last = {
            ...LAST,
            reading: reading({ volume }),
            counted: { ...LAST.counted, volume: { importLitres: volumeLitres(140n), exportLitres: volumeLitres(5n) } },
        };
        const gas = {
            ...EXCHANGE,
            ...closing({ volume: { ...volume, importLitres: volumeLitres(42n) } }),
            ...opening({ volume: { ...volume, importLitres: volumeLitres(0n) } }),
        };
        expect(exchangeMeter(POINT, last, gas, null).last.counted.volume).to.deep.equal({
            importLitres: 142n,
            exportLitres: 5n,
        });
        for (const [reason, changes] of [
            ['the closing tells what the meter counts', closing({})],
            ['it counts what the old one counted', opening({})],
        ] as const) {
            expectRefusal(() => exchangeMeter(POINT, last, { ...gas, ...changes }, null), 'METER_EXCHANGE_INVALID', {
                reason,
            });
        }
    });

    it('of a dead meter goes on from what is estimated, once it is silent for as long as settlement waits', () => {
        const estimated = { importWh: energyWh(1_777n), exportWh: energyWh(1_060n) };
        const { last } = exchangeMeter(POINT, LAST, { ...EXCHANGE, closing: null }, estimated);
        expect(last.counted).to.deep.equal({ ...estimated, volume: null });
        demandDead(LAST, FIRST_SLOT + 2, 2);
        demandDead(LAST, FIRST_SLOT + 1, 0);
        for (const [slot, deadline] of [
            [FIRST_SLOT + 1, 2],
            [FIRST_SLOT, 0],
        ] as const) {
            expectRefusal(() => demandDead(LAST, slot, deadline), 'METER_EXCHANGE_INVALID', { pointId: 'point' });
        }
    });

    it('is the same whatever the signatures, and only then', () => {
        const again = { ...EXCHANGE, closing: { ...signed(CLOSING), signature: 'other' } };
        expect(sameExchange(EXCHANGE, again)).to.equal(true);
        const others: readonly Partial<MeterExchange>[] = [
            { pointId: 'elsewhere' },
            { closing: null },
            closing({ importWh: energyWh(521n) }),
            opening({ importWh: energyWh(10n) }),
            { meter: { meterId: 'newer', publicKey: '02' } },
            { meter: { meterId: 'new', publicKey: '03' } },
        ];
        expect(others.filter((changes) => sameExchange(EXCHANGE, { ...EXCHANGE, ...changes }))).to.deep.equal([]);
    });
});
