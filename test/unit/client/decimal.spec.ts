import { formatAmount, formatPrice, parseAmount, parseEnergy, parsePrice } from '@commonwatt/client/decimal';
import { parseSlot, slotTime } from '@commonwatt/client/slot-time';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';

const GRID = { slotMinutes: 15 };

describe('decimals of the command line', () => {
    const amounts = [
        ['0', 0n],
        ['12.5', 12_500_000_000n],
        ['0.000000001', 1n],
        ['-3.1', -3_100_000_000n],
        ['999999999999999999', 999_999_999_999_999_999_000_000_000n],
        ['0.1', 100_000_000n],
    ] as const;
    for (const [text, nano] of amounts) {
        it(`reads and writes ${text} exactly`, () => {
            expect(parseAmount(text)).to.equal(nano);
            expect(formatAmount(amountNano(nano))).to.equal(text);
        });
    }

    it('refuses more digits than there are, exponents, signs and empty parts', () => {
        for (const text of ['0.0000000001', '1e3', '+1', '1.', '.5', '', ' 1', '1,5', 'Infinity', '0x10', '--1']) {
            expect(() => parseAmount(text), text).to.throw('DECIMAL_INVALID');
        }
        expect(() => parsePrice('0.1234567')).to.throw('DECIMAL_INVALID');
        expect(() => parseEnergy('1.5')).to.throw('DECIMAL_INVALID');
    });

    it('counts prices in millionths of the currency per kWh', () => {
        expect(parsePrice('0.21')).to.equal(210_000n);
        expect(formatPrice(priceMicroPerKwh(-50_000n))).to.equal('-0.05');
        expect(parseEnergy('1200')).to.equal(1200n);
    });
});

describe('slots of the command line', () => {
    it('are an index or the UTC time at which they begin', () => {
        expect(parseSlot('1632228', GRID)).to.equal(1_632_228);
        expect(parseSlot('2016-07-20T09:00Z', GRID)).to.equal(1_632_228);
        expect(slotTime(1_632_228, GRID)).to.equal('2016-07-20T09:00Z');
    });

    it('lie on the grid and say their zone', () => {
        for (const text of ['2016-07-20T09:07Z', '2016-07-20T09:00', '2016-07-20', '2016-13-20T09:00Z', 'now', '-1']) {
            expect(() => parseSlot(text, GRID), text).to.throw('SLOT_INVALID');
        }
    });
});
