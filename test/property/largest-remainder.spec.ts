import { energyWh, splitByLargestRemainder, sumEnergy } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '../support/property.js';

const quantity = fc.oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: 10n ** 15n }));
const weights = fc.array(quantity, { minLength: 1, maxLength: 12 });

describe('the largest remainder', () => {
    it('loses nothing, gives nobody more than its weight, and rounds each part down or up', async () => {
        await holds(
            fc.property(weights, fc.bigInt({ min: 0n, max: 10_000n }), (given, share) => {
                const sum = given.reduce((total, weight) => total + weight, 0n);
                const total = (sum * share) / 10_000n;
                const parts = splitByLargestRemainder(energyWh(total), given.map(energyWh));
                expect(sumEnergy(parts)).to.equal(total);
                for (const [position, part] of parts.entries()) {
                    const weight = given[position] ?? 0n;
                    expect(part <= weight).to.equal(true);
                    const floor = sum === 0n ? 0n : (total * weight) / sum;
                    expect(part === floor || part === floor + 1n).to.equal(true);
                }
            }),
            { runs: 2_000, seconds: 2 },
        );
    });

    it('favours nobody for the place it has, except among equals', async () => {
        await holds(
            fc.property(fc.uniqueArray(quantity, { minLength: 2, maxLength: 8 }), quantity, (given, part) => {
                const sum = given.reduce((total, weight) => total + weight, 0n);
                const total = energyWh(part % (sum + 1n));
                const split = (order: readonly bigint[]): Map<bigint, bigint> => {
                    const parts = splitByLargestRemainder(total, order.map(energyWh));
                    return new Map(order.map((weight, position) => [weight, parts[position] ?? 0n]));
                };
                const remainders = given.map((weight) => (sum === 0n ? 0n : (total * weight) % sum));
                fc.pre(new Set(remainders).size === remainders.length);
                for (const weight of given) {
                    expect(split(given).get(weight)).to.equal(split([...given].reverse()).get(weight));
                }
            }),
            { runs: 1_000, seconds: 2 },
        );
    });
});
