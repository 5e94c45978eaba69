import { largerLoads } from '@commonwatt/chaincode/domain/admission';
import {
    changeLoading,
    emptyLoading,
    endOf,
    energyAt,
    excessOf,
    type Load,
    loadsOf,
    startsOf,
} from '@commonwatt/chaincode/domain/loading';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { sampleLeg } from '../../support/sample-market.js';

const at = (pointId: string, connectionPoint: string, isMetered = true): [string, MeteringPoint] => [
    pointId,
    {
        pointId,
        participantId: pointId,
        carrier: 'electricity',
        connectionPoint,
        fromSlot: 1,
        meter: isMetered ? { meterId: 'meter', publicKey: '00' } : null,
        ...PLAIN_POINT,
    },
];
const LEG = sampleLeg({ sellerPoint: 'roof', buyerPoint: 'flat', energyWh: [energyWh(10n), energyWh(20n)] });
const load = (firstSlot: number, importWh: readonly bigint[]): Load => ({
    carrier: 'electricity',
    pointId: 'flat',
    firstSlot,
    importWh: importWh.map(energyWh),
    exportWh: importWh.map(() => energyWh(0n)),
    soldWh: importWh.map(() => energyWh(0n)),
});

describe('what terms bring to points', () => {
    it('is taken by the buyer’s point, and fed in and sold by the seller’s', () => {
        const points = new Map([at('roof', 'bus-1'), at('flat', 'bus-2')]);
        const [roof, flat, ...others] = loadsOf({ legs: [LEG], firstSlot: 960 }, points, 962);
        expect(others).to.deep.equal([]);
        expect([roof?.exportWh, roof?.soldWh, roof?.importWh]).to.deep.equal([
            [10n, 20n],
            [10n, 20n],
            [0n, 0n],
        ]);
        expect([flat?.importWh, flat?.soldWh]).to.deep.equal([
            [10n, 20n],
            [0n, 0n],
        ]);
    });

    it('does not load a connection that both ends stand behind, but binds the device that sells', () => {
        const points = new Map([at('roof', 'bus-1'), at('flat', 'bus-1')]);
        const [roof, ...others] = loadsOf({ legs: [LEG], firstSlot: 960 }, points, 961);
        expect(others).to.deep.equal([]);
        expect([roof?.exportWh, roof?.soldWh]).to.deep.equal([[0n], [10n]]);
    });

    it('binds no device where the seller’s point has no meter', () => {
        const points = new Map([at('roof', 'slack', false), at('flat', 'bus-2')]);
        const [slack] = loadsOf({ legs: [LEG], firstSlot: 960 }, points, 962);
        expect(slack?.soldWh).to.deep.equal([0n, 0n]);
    });
});

describe('a loading', () => {
    it('changes by what an agreement brings instead, across the end of a record', () => {
        const long = load(1054, [1n, 2n, 3n, 4n]);
        expect(startsOf(long)).to.deep.equal([960, 1056]);
        const first = changeLoading(emptyLoading('electricity', 'flat', 960), undefined, long);
        const second = changeLoading(emptyLoading('electricity', 'flat', 1056), undefined, long);
        const sums = [1054, 1055, 1056, 1057].map((slot) => energyAt(slot < 1056 ? first : second, 'importWh', slot));
        expect(sums).to.deep.equal([1n, 2n, 3n, 4n]);
        const less = changeLoading(first, long, load(1054, [0n, 1n]));
        expect([energyAt(less, 'importWh', 1054), energyAt(less, 'importWh', 1055)]).to.deep.equal([0n, 1n]);
        expect(() => changeLoading(less, long, undefined)).to.throw('INVARIANT_BROKEN');
    });

    it('holds the larger of two versions, slot by slot', () => {
        const [both] = largerLoads([load(960, [5n, 1n])], [load(960, [2n, 3n, 4n])]);
        expect([both?.importWh, both === undefined ? 0 : endOf(both)]).to.deep.equal([[5n, 3n, 4n], 963]);
    });

    it('exceeds a limit by what is added, and not by what stands', () => {
        const before = changeLoading(emptyLoading('electricity', 'flat', 960), undefined, load(960, [50n, 10n]));
        const more = changeLoading(before, undefined, load(960, [0n, 31n]));
        const limits = { importWh: energyWh(40n) };
        expect(excessOf(before, more, limits)).to.deep.equal({
            side: 'importWh',
            slot: 961,
            energyWh: 41n,
            limitWh: 40n,
        });
        expect(excessOf(before, more, {})).to.equal(null);
        expect(excessOf(before, changeLoading(before, undefined, load(961, [30n])), limits)).to.equal(null);
    });
});
