import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { ADVANCE_SLOTS_MAX, advanceClock, slotAt, type Tick } from '@commonwatt/chaincode/domain/clock';
import { guardClock } from '@commonwatt/chaincode/store/clock-guard';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER, FIRST_SLOT } from '../../support/sample-market.js';

const advance = (
    [fromSlot, toSlot]: readonly [number, number],
    begun: Readonly<{ upTo?: number; nowSlot?: number; clock?: Charter['clock'] }> = {},
): Tick[] => {
    const { upTo = FIRST_SLOT - 1, nowSlot = 0, clock = 'virtual' } = begun;
    const tickOf = (slot: number): Tick | null => (slot >= FIRST_SLOT && slot <= upTo ? { slot } : null);
    const seen = { predecessor: tickOf(fromSlot - 1), first: tickOf(fromSlot), nowSlot };
    return advanceClock({ ...CHARTER, clock }, { fromSlot, toSlot }, seen);
};

describe('the clock of the market', () => {
    it('begins with the charter’s first slot', () => {
        expect(advance([FIRST_SLOT, FIRST_SLOT])).to.deep.equal([{ slot: FIRST_SLOT }]);
        for (const fromSlot of [FIRST_SLOT - 1, FIRST_SLOT + 1, 0]) {
            expectRefusal(() => advance([fromSlot, fromSlot]), 'CLOCK_OUT_OF_ORDER', { fromSlot });
        }
    });

    it('goes on slot by slot, at most a day at once', () => {
        const last = FIRST_SLOT + ADVANCE_SLOTS_MAX;
        const ticks = advance([FIRST_SLOT + 1, last], { upTo: FIRST_SLOT });
        expect(ticks.map(({ slot }) => slot - FIRST_SLOT)).to.deep.equal(
            Array.from({ length: ADVANCE_SLOTS_MAX }, (_, index) => index + 1),
        );
        expectRefusal(() => advance([FIRST_SLOT + 1, last + 1], { upTo: FIRST_SLOT }), 'CLOCK_OUT_OF_ORDER', {
            fromSlot: FIRST_SLOT + 1,
            toSlot: last + 1,
        });
    });

    it('leaves no slot out and begins none twice', () => {
        expectRefusal(() => advance([FIRST_SLOT + 2, FIRST_SLOT + 2], { upTo: FIRST_SLOT }), 'CLOCK_OUT_OF_ORDER');
        expectRefusal(() => advance([FIRST_SLOT, FIRST_SLOT + 3], { upTo: FIRST_SLOT + 1 }), 'CLOCK_OUT_OF_ORDER');
        expectRefusal(() => advance([FIRST_SLOT + 3, FIRST_SLOT + 2], { upTo: FIRST_SLOT + 2 }), 'CLOCK_OUT_OF_ORDER');
    });

    it('by real time begins nothing before it is due', () => {
        const real = { clock: 'real', nowSlot: FIRST_SLOT + 1 } as const;
        expect(advance([FIRST_SLOT, FIRST_SLOT + 1], real)).to.have.length(2);
        expectRefusal(() => advance([FIRST_SLOT, FIRST_SLOT + 2], real), 'CLOCK_NOT_DUE', { nowSlot: FIRST_SLOT + 1 });
    });

    it('counts slots from the epoch, in UTC', () => {
        expect(slotAt(CHARTER, 0)).to.equal(0);
        expect(slotAt(CHARTER, 15 * 60_000 - 1)).to.equal(0);
        expect(slotAt(CHARTER, Date.UTC(2016, 6, 20, 9, 0))).to.equal((Date.UTC(2016, 6, 20) / 86_400_000) * 96 + 36);
    });
});

describe('the clock guard', () => {
    const own = 1_700_000_000_000;

    it('bears a client that is a minute behind or ten seconds ahead', () => {
        for (const offsetMs of [-60_000, 0, 10_000]) {
            guardClock(own + offsetMs, own);
        }
    });

    it('refuses every other time', () => {
        for (const timeMs of [own - 60_001, own + 10_001, 0, -1, NaN, Infinity]) {
            expectRefusal(() => {
                guardClock(timeMs, own);
            }, 'TRANSACTION_TIME_REFUSED');
        }
    });
});
