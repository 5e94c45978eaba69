import { expect } from 'chai';
import type { Metered, State } from './meters.js';
import { Registers } from './registers.js';
import type { Gap, Source } from './statement.js';

/** Tuesday, 20 January 1970, in the forenoon. */
const slot = 19 * 96 + 40;
const NOTHING: Source = { columns: [], factor: ['1', '1'], simulatedWh: [] };
const point = {
    pointId: 'p',
    participantId: 'a',
    carrier: 'heat',
    fromSlot: 0,
    source: NOTHING,
    parentPointId: null,
    chargePointId: null,
    storageEfficiencyBp: null,
    isRenewable: false,
};

function imports(metered: Readonly<Record<number, bigint>>, gaps: Gap[]): (of: number) => bigint {
    const meters = {
        state: (_point: Metered, of: number): State => ({ exportWh: 0n, importWh: metered[of] ?? -1n }),
    };
    const registers = new Registers(meters, gaps);
    return (of) => registers.energy(point, of).importWh;
}
const gap = (of: number, nextSlot: number | null, lastSlot = of - 1): Gap => ({
    pointId: 'p',
    slot: of,
    lastSlot,
    nextSlot,
});

describe('the independent estimate of registers', () => {
    it('agrees with the example of the settlement document', () => {
        const metered = { [slot - 96]: 1_000n, [slot - 97]: 930n, [slot - 1]: 1_000n, [slot + 2]: 1_100n };
        const importWh = imports(metered, [gap(slot, null), gap(slot + 1, slot + 2, slot - 1)]);
        expect([slot, slot + 1, slot + 2].map(importWh)).to.deep.equal([70n, -4n, 34n]);
    });

    it('looks at the last day of the same type: on Monday and on Saturday a week before', () => {
        for (const day of [-1, 4]) {
            const at = slot + day * 96;
            const metered = { [at - 672]: 30n, [at - 673]: 10n, [at - 96]: 500n, [at - 97]: 0n, [at - 1]: 600n };
            expect(imports(metered, [gap(at, null)])(at)).to.equal(20n);
        }
    });

    it('passes over a day that was not read, and stands still without another', () => {
        const gaps = [gap(slot, null), gap(slot - 97, null)];
        expect(imports({ [slot - 1]: 9n, [slot - 672]: 5n, [slot - 673]: 2n }, gaps)(slot)).to.equal(3n);
        gaps.push(gap(slot - 672, null));
        expect(imports({ [slot - 1]: 9n }, gaps)(slot)).to.equal(0n);
    });
});
