import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { agreementIdOf, agreementViewCodec } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import fc from 'fast-check';
import { moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, RULES, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const DEADLINE = RULES.readingDeadlineSlots;
const TERMS = sampleTerms({ toleranceBp: 0 });

let market: StubMarket;

/** Registers at the end of the nth slot, of one meter each. */
async function report(n: number, tookWh: Readonly<Record<string, bigint>>): Promise<void> {
    const readings = Object.entries(tookWh).map(([name, wh]) =>
        market.reading(`${name}-point`, FIRST_SLOT + n, name === 'solar' ? 0n : wh, name === 'solar' ? wh : 0n),
    );
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}

const query = (n: number): string => canonicalJson({ carrier: 'electricity', slot: FIRST_SLOT + n });

async function settled(n: number): Promise<Settlement> {
    await market.settle(FIRST_SLOT + n);
    return market.settlement(FIRST_SLOT + n);
}

const pointOf = (settlement: Settlement, name: string): [bigint | undefined, string | undefined] => {
    const point = settlement.points.find(({ pointId }) => pointId === `${name}-point`);
    return [point?.meteredWh, point?.quality];
};

async function advanceTo(n: number): Promise<void> {
    for (let slot = FIRST_SLOT; slot <= FIRST_SLOT + n; slot += 96) {
        await market.advance(slot, Math.min(slot + 95, FIRST_SLOT + n));
    }
}

describe('exchange: settlement without every reading', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
    });

    it('waits until the deadline, and not longer', async () => {
        await market.advance(FIRST_SLOT, FIRST_SLOT + DEADLINE);
        await report(0, { solar: 300n });
        const { operands } = await market.refused('READING_MISSING', 'bert', 'exchange', 'settlement:run', query(0));
        expect(operands).to.deep.equal({ pointIds: ['anna-point', 'bert-point'] });
        await market.advance(FIRST_SLOT + DEADLINE + 1);
        const settlement = await settled(0);
        expect(pointOf(settlement, 'solar')).to.deep.equal([300n, 'measured']);
        expect(pointOf(settlement, 'anna')).to.deep.equal([0n, 'missing']);
        expect(pointOf(settlement, 'retail')).to.deep.equal([0n, 'scheduled']);
    });

    it('pays by the estimate, and an agreement comes to its end with a dead meter', async () => {
        const name = agreementIdOf(TERMS);
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2 + DEADLINE);
        for (const n of [0, 1]) {
            await report(n, { anna: 300n + 200n * BigInt(n), bert: 0n });
            const { legs } = await settled(n);
            expect(legs[0]).to.include({ deliveredWh: 0n, shortWh: n === 0 ? 300n : 200n });
        }
        const { payload } = await market.endorse(
            'anna',
            'exchange',
            'agreement:show',
            canonicalJson({ agreementId: name }),
        );
        expect(agreementViewCodec.decode(payload).execution.state).to.equal('completed');
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('continues from its estimates, and the difference lands where a later reading tells it', async () => {
        // The example of `chaincode/docs/settlement.md`; the slot after the last one read lies in a Tuesday.
        const last = 159;
        await advanceTo(last + 4 + DEADLINE);
        await report(last - 96, { anna: 930n });
        await report(last + 1 - 96, { anna: 1_000n });
        await report(last, { solar: 0n, bert: 0n, anna: 1_000n });
        await report(last + 1, { solar: 0n, bert: 0n });
        expect(pointOf(await settled(last + 1), 'anna')).to.deep.equal([-70n, 'estimated']);
        await report(last + 3, { solar: 0n, bert: 0n, anna: 1_100n });
        await report(last + 2, { solar: 0n, bert: 0n });
        expect(pointOf(await settled(last + 2), 'anna')).to.deep.equal([4n, 'estimated']);
        expect(pointOf(await settled(last + 3), 'anna')).to.deep.equal([-34n, 'estimated']);
    });

    it('waits for the run of the slot before, when nobody read how the slot begins', async () => {
        await advanceTo(4 + DEADLINE);
        const { operands } = await market.refused(
            'SETTLEMENT_OUT_OF_ORDER',
            'bert',
            'exchange',
            'settlement:run',
            query(1),
        );
        expect(operands).to.deep.equal({
            agreementId: null,
            carrier: 'electricity',
            slot: FIRST_SLOT + 1,
            nextSlot: FIRST_SLOT,
        });
        await settled(0);
        await settled(1);
    });

    it('begins where it ended, whatever arrives meanwhile', async () => {
        await advanceTo(4 + DEADLINE);
        expect(pointOf(await settled(0), 'anna')).to.deep.equal([0n, 'missing']);
        await report(0, { anna: 50n });
        await report(1, { anna: 80n });
        expect(pointOf(await settled(1), 'anna')).to.deep.equal([-80n, 'estimated']);
    });

    it('is void when a reading that it missed comes before it', async () => {
        await advanceTo(1 + DEADLINE);
        const early = await market.endorse('bert', 'exchange', 'settlement:run', query(0));
        await report(0, { anna: 50n });
        expect(market.ledger.commit(early)).to.equal('MVCC_READ_CONFLICT');
    });
});

describe('property: settlement without every reading', () => {
    const SLOTS = 5;
    /** Energy of each slot, and whether its reading comes in time, after its settlement or never. */
    const slot = fc.record({ wh: fc.integer({ min: 0, max: 9 }), comes: fc.constantFrom('intime', 'late', 'never') });

    it('counts no energy twice and loses none', async function () {
        this.timeout(60_000);
        await fc.assert(
            fc.asyncProperty(fc.array(slot, { minLength: SLOTS, maxLength: SLOTS }), async (slots) => {
                market = await StubMarket.ready();
                await advanceTo(SLOTS + 1 + DEADLINE);
                const registers = slots.map((_, n) => slots.slice(0, n + 1).reduce((sum, { wh }) => sum + wh, 0));
                const annas = (n: number): Promise<void> => report(n, { anna: BigInt(registers[n] ?? 0) });
                for (const [n, { comes }] of slots.entries()) {
                    await (comes === 'intime' ? annas(n) : Promise.resolve());
                }
                let tookWh = 0n;
                for (const [n, { comes }] of slots.entries()) {
                    tookWh -= pointOf(await settled(n), 'anna')[0] ?? 0n;
                    await (comes === 'late' ? annas(n) : Promise.resolve());
                }
                await report(SLOTS, { anna: BigInt(registers[SLOTS - 1] ?? 0) });
                tookWh -= pointOf(await settled(SLOTS), 'anna')[0] ?? 0n;
                expect(tookWh, 'all that the meter counted').to.equal(BigInt(registers[SLOTS - 1] ?? 0));
            }),
            { numRuns: 20 },
        );
    });

    it('loses no money, pays nothing twice and leaves no escrow, whoever is silent', async function () {
        this.timeout(60_000);
        const reported = fc.record({
            solar: fc.option(fc.bigInt({ min: 0n, max: 400n })),
            anna: fc.option(fc.bigInt({ min: 0n, max: 400n })),
        });
        await fc.assert(
            fc.asyncProperty(fc.array(reported, { minLength: 2, maxLength: 2 }), async (slots) => {
                market = await StubMarket.ready();
                await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
                await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
                await advanceTo(2 + DEADLINE);
                const registers = { solar: 0n, anna: 0n };
                for (const [n, wh] of slots.entries()) {
                    for (const name of ['solar', 'anna'] as const) {
                        registers[name] += wh[name] ?? 0n;
                        await (wh[name] === null ? Promise.resolve() : report(n, { [name]: registers[name] }));
                    }
                }
                for (const n of slots.keys()) {
                    const { postings, points } = await settled(n);
                    expect(postings.reduce((sum, posting) => sum + posting.amountNano, 0n)).to.equal(0n);
                    const [imbalanceWh, meteredWh] = [
                        points.reduce((sum, point) => sum + point.imbalanceWh, 0n),
                        points.reduce((sum, point) => sum + point.meteredWh, 0n),
                    ];
                    expect(imbalanceWh).to.equal(meteredWh);
                    expect((await market.settle(FIRST_SLOT + n)).writes, 'a second run').to.deep.equal([]);
                }
                const ref = canonicalJson({ agreementId: agreementIdOf(TERMS) });
                const { payload } = await market.endorse('anna', 'exchange', 'agreement:show', ref);
                const { execution } = agreementViewCodec.decode(payload);
                expect(execution.state).to.equal('completed');
                expect(execution.holdings.every((held) => held.energyNano + held.defaultNano === 0n)).to.equal(true);
                expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
            }),
            { numRuns: 25 },
        );
    });
});
