import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const SIDES = [
    ['exchange', 'dispatcher'],
    ['supervision', 'reviewer'],
] as const;
const MONTH_SLOTS = 30 * 96;
const REST_SLOTS = 96;

const conclude = (from: number): ReturnType<typeof sampleTerms> =>
    sampleTerms({ firstSlot: from, concludeBeforeSlot: from, salt: from.toString(16).padStart(64, '0') });

for (const [side, officer] of SIDES) {
    describe(`an officer that halts trade in ${side}`, () => {
        let market: StubMarket;
        const set = (fromSlot: number, untilSlot: number): string =>
            commands.halt(market.who(officer), side, { fromSlot, untilSlot });
        const halt = async (fromSlot: number, untilSlot: number): Promise<void> => {
            await market.do(officer, side, 'halt:set', set(fromSlot, untilSlot));
        };
        const lift = async (nextSlot: number): Promise<void> => {
            const command = liftCodec.encode({ carrier: 'electricity', nextSlot });
            await market.do(officer, side, 'halt:lift', command);
        };
        const begin = async (fromSlot: number, toSlot: number): Promise<void> => {
            for (let first = fromSlot; first <= toSlot; first += 96) {
                const command = advanceCodec.encode({ fromSlot: first, toSlot: Math.min(toSlot, first + 95) });
                await market.do('platform', 'exchange', 'clock:advance', command);
            }
        };
        const isTradable = async (slot: number): Promise<boolean> => {
            const command = commands.conclude(conclude(slot), market.people);
            return (await market.endorse('stranger', 'exchange', 'agreement:conclude', command)).message === '';
        };
        beforeEach(async () => {
            market = await StubMarket.ready();
        });

        it('57,000 years ahead, to stop today’s trade, is refused, and one far ahead stops nothing before it', async () => {
            const far = FIRST_SLOT + 1_900_000_000;
            await market.refused('HALT_INVALID', officer, side, 'halt:set', set(far, far + 1));
            await market.refused('HALT_INVALID', officer, side, 'halt:set', set(FIRST_SLOT + MONTH_SLOTS, far));
            const beyond = set(FIRST_SLOT + MONTH_SLOTS, FIRST_SLOT + MONTH_SLOTS + 1);
            await market.refused('HALT_INVALID', officer, side, 'halt:set', beyond);
            const last = FIRST_SLOT + MONTH_SLOTS - 1; // nothing has begun yet
            await halt(last, last + 1);
            expect(await isTradable(FIRST_SLOT), 'today').to.equal(true);
            expect(await isTradable(last - 1), 'its eve, into it').to.equal(false);
            expect(await isTradable(last + 1), 'the slot after').to.equal(true);
        });

        it('again before the market has rested is refused: set early, or lifted before it began', async () => {
            await halt(FIRST_SLOT + 10, FIRST_SLOT + 20);
            const chained = set(FIRST_SLOT + 20 + REST_SLOTS, FIRST_SLOT + 30 + REST_SLOTS);
            await market.refused('HALT_CONFLICT', officer, side, 'halt:set', chained);
            await begin(FIRST_SLOT, FIRST_SLOT + 5);
            await lift(FIRST_SLOT + 6);
            expect(await isTradable(FIRST_SLOT + 10)).to.equal(true);
            await market.refused('HALT_CONFLICT', officer, side, 'halt:set', chained);
            await begin(FIRST_SLOT + 6, FIRST_SLOT + 5 + REST_SLOTS);
            await market.refused('HALT_CONFLICT', officer, side, 'halt:set', chained);
            await begin(FIRST_SLOT + 6 + REST_SLOTS, FIRST_SLOT + 6 + REST_SLOTS);
            await market.do(officer, side, 'halt:set', chained);
        });

        it('in a chain leaves each slot open to trade for as long as the market rests', async () => {
            const open = new Map<number, number>();
            let begun = FIRST_SLOT - 1;
            for (let day = 0; day < 6; day += 1) {
                const next = begun + 1;
                const command = set(next, next + 96);
                const answer = await market.endorse(officer, side, 'halt:set', command);
                if (answer.message === '') {
                    expect(market.ledger.commit(answer)).to.equal('VALID');
                }
                open.set(day, Number(await isTradable(next)) + Number(await isTradable(next + 95)));
                await begin(next, next + 95);
                begun += 96;
            }
            expect(
                [...open.values()],
                'after each day of halt one of trade, and the time to set the next',
            ).to.deep.equal([0, 2, 2, 0, 2, 2]);
        });
    });
}
