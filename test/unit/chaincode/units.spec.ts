import {
    absolute,
    type EnergyWh,
    energyWh,
    priceMicroPerKwh,
    shareFloor,
    splitByLargestRemainder,
    valueOf,
} from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';

const split = (total: bigint, ...weights: readonly bigint[]): EnergyWh[] =>
    splitByLargestRemainder(energyWh(total), weights.map(energyWh));

describe('units', () => {
    it('make money of energy and price exactly', () => {
        expect(valueOf(energyWh(10n ** 15n), priceMicroPerKwh(-(10n ** 12n)))).to.equal(-(10n ** 27n));
        expect(valueOf(energyWh(1n), priceMicroPerKwh(1n))).to.equal(1n);
    });

    it('round a share down', () => {
        expect(shareFloor(energyWh(300n), 500)).to.equal(15n);
        expect(shareFloor(energyWh(19n), 500)).to.equal(0n);
        expect(shareFloor(energyWh(19n), 10_000)).to.equal(19n);
    });

    it('split by the largest remainder, ties to the earlier', () => {
        expect(split(67n, 300n, 100n)).to.deep.equal([50n, 17n]);
        expect(split(20n, 10n, 10n, 10n)).to.deep.equal([7n, 7n, 6n]);
        expect(split(1n, 1n, 1n, 1n)).to.deep.equal([1n, 0n, 0n]);
        expect(split(5n, 3n, 0n, 2n)).to.deep.equal([3n, 0n, 2n]);
        // 6/7, 6/7 and 9/7: the remainders are 6, 6 and 2.
        expect(split(3n, 2n, 2n, 3n)).to.deep.equal([1n, 1n, 1n]);
        expect(split(2n, 1n, 5n, 1n, 5n, 1n)).to.deep.equal([0n, 1n, 0n, 1n, 0n]);
    });

    it('split nothing, and over nothing', () => {
        expect(split(0n, 1n, 2n)).to.deep.equal([0n, 0n]);
        expect(split(0n)).to.deep.equal([]);
        expect(split(0n, 0n, 0n)).to.deep.equal([0n, 0n]);
    });

    it('know the size of a negative quantity', () => {
        expect(absolute(energyWh(-7n))).to.equal(7n);
        expect(absolute(energyWh(7n))).to.equal(7n);
    });
});
