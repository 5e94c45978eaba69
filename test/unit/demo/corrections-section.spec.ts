import type { PointResult } from '@commonwatt/chaincode/domain/cover-run';
import type { Posting } from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, NO_ENERGY, NO_MONEY } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import type * as Section from '../../../network/src/demo/report/sections/corrections.js';
import type { Facts } from '../../../network/src/demo/report/facts.js';

/** Built module that the network package keeps to itself. */
const { correctionsSection } = (await import(
    new URL('demo/report/sections/corrections.js', import.meta.resolve('@commonwatt/network')).href
)) as typeof Section;

const point = (pointId: string, meteredWh: bigint, quality: PointResult['quality']): PointResult => ({
    pointId,
    participantId: 'bld-03',
    quality,
    meteredWh: energyWh(meteredWh),
    importWh: energyWh(-meteredWh),
    exportWh: NO_ENERGY,
    contractedWh: NO_ENERGY,
    imbalanceWh: NO_ENERGY,
    imbalanceNano: NO_MONEY,
    feeNano: NO_MONEY,
    storage: null,
    subsidy: null,
});
const posting = (account: Posting['account'], nano: bigint): Posting => ({
    account,
    kind: 'imbalance',
    agreementId: null,
    slot: 1_000,
    amountNano: amountNano(nano),
});
const run = (number: number, points: readonly PointResult[], postings: readonly Posting[]): Settlement => ({
    carrier: 'electricity',
    slot: 1_000,
    run: number,
    dueSlot: 1_009,
    isFinal: false,
    legs: [],
    points,
    postings,
});
const INITIAL = run(0, [point('still', -7n, 'measured'), point('silent', -66n, 'estimated')], []);
const CORRECTED = run(
    1,
    [point('still', -7n, 'measured'), point('silent', -70n, 'measured')],
    [
        posting('cover/bld-03/electricity', -600_000n),
        posting('system/imbalance/electricity', 600_000n),
        posting('cover/bld-04/electricity', -5n),
        posting('cover/bld-04/electricity', 5n),
    ],
);

const sectionOf = (runs: readonly Settlement[]): string =>
    correctionsSection({ findings: { runs }, currency: 'EUR' } as unknown as Facts)
        .toString()
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll(/\s+/g, ' ');

describe('the corrections of the report', () => {
    it('tell what a silent meter was settled on first and then, and what moved', () => {
        const text = sectionOf([INITIAL, CORRECTED]);
        expect(text).to.include('1 runs looked again');
        expect(text).to.match(/Electricity silent 66 \(estimated\) 70 \(measured\)/);
        expect(text).to.include('cover/bld-03/electricity −0.000600');
        expect(text).to.include('system/imbalance/electricity 0.000600');
        expect(text).to.not.include('still');
        expect(text, 'nothing moved there in the end').to.not.include('bld-04');
    });

    it('are left out where there are none', () => {
        expect(sectionOf([INITIAL])).to.equal('');
    });
});
