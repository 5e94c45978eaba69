import type { Replacement } from '@commonwatt/chaincode/domain/dispute';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { type AccountName, ownerOf } from '@commonwatt/chaincode/domain/posting';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { EXECUTION } from '@commonwatt/chaincode/store/keys';
import { expect } from 'chai';
import fc from 'fast-check';
import { drawnBy } from '../support/default-amounts.js';
import { closeDispute, decideDispute, raiseDispute, reviewDispute } from '../support/dispute-commands.js';
import { holds } from '../support/property.js';
import { heldByAccount, moneyIn, recordsOf } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const DEADLINE = RULES.readingDeadlineSlots;
const [R1, , R3] = RULES.reconciliationAfterSlots;

/** A sale of 100 Wh a slot, whose cap is soon drawn. */
const termsOf = (slotCount: number, changes: Partial<Terms> = {}): Terms =>
    sampleTerms({
        toleranceBp: 0,
        slotCount,
        defaultCapNano: amountNano(6_000_000n),
        legs: [
            sampleLeg({
                energyWh: Array.from({ length: slotCount }, () => energyWh(100n)),
                priceMicroPerKwh: Array.from({ length: slotCount }, () => priceMicroPerKwh(200_000n)),
            }),
        ],
        ...changes,
    });

let market: StubMarket;
let begun = FIRST_SLOT - 1;

/** The first slots begin, up to the nth. */
async function advanceTo(n: number): Promise<void> {
    if (FIRST_SLOT + n > begun) {
        await market.advance(begun + 1, FIRST_SLOT + n);
        begun = FIRST_SLOT + n;
    }
}

async function open(agreed: readonly Terms[], rules: Rules = RULES): Promise<void> {
    market = await StubMarket.ready(CHARTER, rules);
    begun = FIRST_SLOT - 1;
    for (const terms of agreed) {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
    }
}

/** Registers at the end of the nth slot: exported by solar, imported by the others. */
async function report(n: number, registers: Readonly<Record<string, bigint>>): Promise<void> {
    const readings = Object.entries(registers).map(([name, wh]) =>
        market.reading(`${name}-point`, FIRST_SLOT + n, name === 'solar' ? 0n : wh, name === 'solar' ? wh : 0n),
    );
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}

const command = (n: number, run: number, carrier: 'electricity' | 'heat' = 'electricity'): string =>
    reconcileCodec.encode({ carrier, slot: FIRST_SLOT + n, run });
const refused = async (code: Parameters<StubMarket['refused']>[0], n: number, run: number): Promise<unknown> =>
    (await market.refused(code, 'bert', 'exchange', 'settlement:reconcile', command(n, run))).operands;

/** Everything that each participant owns, and what the market's own accounts hold. */
function wealth(): Record<string, bigint> {
    const totals: Record<string, bigint> = {};
    const add = (account: AccountName, nano: bigint): void => {
        const owner = ownerOf(account) ?? account;
        totals[owner] = (totals[owner] ?? 0n) + nano;
    };
    heldByAccount(market.ledger).forEach((nano, account) => {
        add(account, nano);
    });
    return totals;
}

const posted = ({ postings }: Settlement): string[] =>
    postings.map(
        ({ account, kind, slot, amountNano: nano }) =>
            `${kind} ${account.replace(/[0-9a-f]{64}/, 'id')} ${String((slot ?? 0) - FIRST_SLOT)} ${String(nano)}`,
    );
const sumOf = ({ postings }: Settlement): bigint => postings.reduce((sum, posting) => sum + posting.amountNano, 0n);

describe('exchange: settlement reconcile', () => {
    const TERMS = termsOf(3);

    /** The worked example of `docs/settlement.md`: the reading of the second slot comes after all are settled. */
    async function example(): Promise<void> {
        await open([TERMS]);
        await advanceTo(3 + DEADLINE);
        await report(0, { solar: 60n, anna: 100n, bert: 0n });
        await report(1, { anna: 200n, bert: 0n });
        await report(2, { anna: 300n, bert: 0n });
        await market.settle(FIRST_SLOT);
        await market.settle(FIRST_SLOT + 1);
        await report(2, { solar: 250n });
        await market.settle(FIRST_SLOT + 2);
    }

    it('posts the difference to what was posted, of other slots too where a cap moved', async () => {
        await example();
        const [first, second, third] = await Promise.all([0, 1, 2].map((n) => market.settlement(FIRST_SLOT + n)));
        expect([first, second, third].map((each) => drawnBy(each?.legs[0]))).to.deep.equal([
            { solar: 4_000_000n },
            { solar: 2_000_000n },
            {},
        ]);
        expect(second?.points.map((point) => point.quality)).to.deep.equal([
            'measured',
            'measured',
            'scheduled',
            'missing',
        ]);
        await advanceTo(2 + 1 + R1);
        await report(1, { solar: 150n });
        const corrected = await market.reconcile(FIRST_SLOT + 1, 1);
        expect(posted(corrected)).to.deep.equal([
            'energy cover/anna/electricity 1 -18000000',
            'energy cover/solar/electricity 1 18000000',
            'default cover/anna/electricity 1 -1000000',
            'default cover/solar/electricity 1 1000000',
            'imbalance system/imbalance/electricity 1 -13500000',
            'imbalance cover/anna/electricity 1 13500000',
        ]);
        expect(corrected.legs[0]).to.deep.include({ shortWh: 10n, deliveredWh: 90n });
        expect(corrected.points.map((point) => point.quality)).to.deep.equal([
            'measured',
            'measured',
            'scheduled',
            'measured',
        ]);
        expect(posted(await market.reconcile(FIRST_SLOT + 2, 1))).to.deep.equal([
            'imbalance cover/solar/electricity 2 -4500000',
            'imbalance system/imbalance/electricity 2 4500000',
        ]);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('is made when it is due, one run after the other, and once', async () => {
        await example();
        const event = { carrier: 'electricity', isFinal: false, run: 1, slot: FIRST_SLOT };
        expect(await refused('RECONCILIATION_NOT_DUE', 2, 1)).to.include({ dueSlot: FIRST_SLOT + 3 + R1 });
        await advanceTo(1 + R3);
        expect(await refused('SETTLEMENT_MISSING', 0, 2)).to.include({ run: 1 });
        expect(await refused('SETTLEMENT_MISSING', 3, 1)).to.include({ run: 0 });
        const first = await market.do('stranger', 'exchange', 'settlement:reconcile', command(0, 1));
        expect(first.event?.payload).to.equal(canonicalJson(event));
        expect((await market.do('anna', 'exchange', 'settlement:reconcile', command(0, 1))).writes).to.deep.equal([]);
        const [second, third] = [await market.reconcile(FIRST_SLOT, 2), await market.reconcile(FIRST_SLOT, 3)];
        expect([second, third].map((each) => [each.isFinal, each.dueSlot - FIRST_SLOT])).to.deep.equal([
            [false, 1 + RULES.reconciliationAfterSlots[1]],
            [true, 1 + R3],
        ]);
        expect(posted(third), 'nothing new').to.deep.equal([]);
        await refused('RECONCILIATION_FINAL', 0, 4);
        const list = canonicalJson({ bookmark: '', carrier: 'electricity', pageSize: 50, slot: FIRST_SLOT });
        const { items } = (await market.ask('exchange', 'settlement:list', list)) as { items: { run: number }[] };
        expect(items.map(({ run }) => run)).to.deep.equal([0, 1, 2, 3]);
        expect((await market.settlement(FIRST_SLOT)).run).to.equal(3);
        expect((await market.settlement(FIRST_SLOT, 'electricity', 0)).run).to.equal(0);
    });

    it('moves default money of an open agreement by its escrow, which then holds what is left of the cap', async () => {
        const terms = termsOf(3 + R1);
        await open([terms]);
        await advanceTo(2 + DEADLINE);
        await report(0, { anna: 100n, bert: 0n });
        await report(1, { anna: 200n, bert: 0n });
        const held = (): bigint | undefined =>
            recordsOf(market.ledger, EXECUTION)[0]?.holdings.find(({ participantId }) => participantId === 'solar')
                ?.defaultNano;
        await market.settle(FIRST_SLOT);
        expect(held(), 'all is drawn').to.equal(0n);
        await report(0, { solar: 60n });
        await report(1, { solar: 70n });
        await advanceTo(1 + R1);
        const corrected = await market.reconcile(FIRST_SLOT, 1);
        expect(posted(corrected).filter((each) => each.startsWith('default'))).to.deep.equal([
            'default cover/anna/electricity 0 -2000000',
            'default escrow/id/solar 0 2000000',
        ]);
        expect(held()).to.equal(2_000_000n);
        await market.settle(FIRST_SLOT + 1);
        expect(drawnBy((await market.settlement(FIRST_SLOT + 1)).legs[0])).to.deep.equal({ solar: 2_000_000n });
        expect(held()).to.equal(0n);
    });

    it('suspends from trading whom it leaves with too much debt', async () => {
        await open([termsOf(1)], { ...RULES, debtLimitNano: amountNano(1_000_000n) });
        await advanceTo(1 + R1);
        await report(0, { anna: 100n, bert: 0n });
        await report(1, { solar: 100n });
        await market.settle(FIRST_SLOT);
        await report(0, { solar: 100n });
        const { postings } = await market.reconcile(FIRST_SLOT, 1);
        expect(postings).not.to.deep.equal([]);
        const later = { ...termsOf(1), firstSlot: begun + 1, concludeBeforeSlot: begun + 1, salt: 'aa'.repeat(32) };
        const command = commands.conclude(later, market.people);
        await market.refused('COVER_EXHAUSTED', 'stranger', 'exchange', 'agreement:conclude', command);
    });

    it('does not fail for what happens in other slots, and a retry mends it where a cap is redrawn', async () => {
        await open([termsOf(3 + R1)]);
        await advanceTo(1 + R1);
        await report(0, { solar: 60n, anna: 100n, bert: 0n });
        await report(1, { solar: 100n, anna: 200n, bert: 0n });
        await market.settle(FIRST_SLOT);
        const same = await market.endorse('bert', 'exchange', 'settlement:reconcile', command(0, 1));
        await market.settle(FIRST_SLOT + 1);
        expect(market.ledger.commit(same), 'its claims are what they were').to.equal('VALID');
        await report(2, { anna: 300n, bert: 0n, solar: 110n });
        await advanceTo(2 + R1);
        const raise = raiseDispute(market.who('anna'), {
            pointId: 'solar-point',
            slot: FIRST_SLOT + 1,
            raisedBy: 'anna',
            agreementId: agreementIdOf(termsOf(3 + R1)),
            evidenceHash: 'ee'.repeat(32),
        });
        await market.do('anna', 'exchange', 'dispute:raise', raise);
        await replace({ kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(50n) });
        const redrawn = await market.endorse('bert', 'exchange', 'settlement:reconcile', command(1, 1));
        await market.settle(FIRST_SLOT + 2);
        expect(market.ledger.commit(redrawn), 'another slot has drawn').to.match(/CONFLICT/);
        expect((await market.reconcile(FIRST_SLOT + 1, 1)).legs[0]?.defaults).to.have.length(1);
    });
});

/** The metering seat's decision on anna's dispute about solar's second slot, confirmed and in force. */
async function replace(replacement: Replacement): Promise<void> {
    const ref = { pointId: 'solar-point', slot: FIRST_SLOT + 1, raisedBy: 'anna' };
    const decision = { ...ref, number: 1, replacement, checkMeter: null, reasonCode: 'meterDefect' };
    await market.do('metering', 'exchange', 'dispute:decide', decideDispute(market.who('metering'), decision));
    const review = reviewDispute(market.who('reviewer'), decision, 'confirmed');
    await market.do('reviewer', 'supervision', 'dispute:confirm', review);
    await market.do('stranger', 'exchange', 'dispute:close', closeDispute(ref));
}

describe('exchange: settlement after a dispute', () => {
    const TERMS = termsOf(3);

    beforeEach(async () => {
        await open([TERMS]);
        await advanceTo(3 + DEADLINE);
        for (const n of [0, 1, 2]) {
            const wh = BigInt(n + 1) * 100n;
            await report(n, { solar: wh, anna: wh, bert: 0n });
        }
        const objection = {
            pointId: 'solar-point',
            slot: FIRST_SLOT + 1,
            raisedBy: 'anna',
            agreementId: agreementIdOf(TERMS),
            evidenceHash: 'ee'.repeat(32),
        };
        await market.do('anna', 'exchange', 'dispute:raise', raiseDispute(market.who('anna'), objection));
    });

    const exportOf = (n: number): Promise<unknown> =>
        market
            .settlement(FIRST_SLOT + n)
            .then(({ points }) => points.find(({ pointId }) => pointId === 'solar-point'))
            .then((point) => [point?.meteredWh, point?.quality]);
    const settleAll = async (): Promise<void> => {
        for (const n of [0, 1, 2]) {
            await market.settle(FIRST_SLOT + n);
        }
    };
    const runAll = async (): Promise<void> => {
        await advanceTo(3 + R3);
        for (const n of [0, 1, 2]) {
            for (const run of [1, 2, 3]) {
                await market.reconcile(FIRST_SLOT + n, run);
            }
        }
    };

    it('is by the energy that replaces the reading, in this slot alone', async () => {
        await replace({ kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(40n) });
        await settleAll();
        expect(await Promise.all([0, 1, 2].map(exportOf))).to.deep.equal([
            [100n, 'measured'],
            [40n, 'replaced'],
            [100n, 'measured'],
        ]);
    });

    it('is by the registers that replace the reading, in this slot and the next', async () => {
        await replace({ kind: 'registers', importWh: energyWh(0n), exportWh: energyWh(140n) });
        await settleAll();
        expect(await Promise.all([0, 1, 2].map(exportOf))).to.deep.equal([
            [100n, 'measured'],
            [40n, 'replaced'],
            [160n, 'replaced'],
        ]);
    });

    it('has one run more when it was final', async () => {
        await settleAll();
        await runAll();
        await refused('RECONCILIATION_FINAL', 1, 4);
        await replace({ kind: 'registers', importWh: energyWh(0n), exportWh: energyWh(140n) });
        const reopened = canonicalJson({ bookmark: '', pageSize: 50 });
        const { items } = (await market.ask('exchange', 'settlement:reopened', reopened)) as { items: unknown[] };
        expect(items).to.deep.equal([1, 2].map((n) => ({ carrier: 'electricity', lastRun: 4, slot: FIRST_SLOT + n })));
        const corrected = await market.reconcile(FIRST_SLOT + 1, 4);
        expect([corrected.isFinal, drawnBy(corrected.legs[0])]).to.deep.equal([true, { solar: 6_000_000n }]);
        await market.reconcile(FIRST_SLOT + 2, 4);
        expect(await Promise.all([1, 2].map(exportOf))).to.deep.equal([
            [40n, 'replaced'],
            [160n, 'replaced'],
        ]);
        await refused('RECONCILIATION_FINAL', 1, 5);
        await refused('RECONCILIATION_FINAL', 0, 4);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('has no run more when the final one is to come', async () => {
        await settleAll();
        await replace({ kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(40n) });
        await runAll();
        expect(await exportOf(1)).to.deep.equal([40n, 'replaced']);
        await refused('RECONCILIATION_FINAL', 1, 4);
    });
});

describe('property: corrections', () => {
    const SLOTS = 4;
    const wh = fc.bigInt({ min: 0n, max: 160n });
    const slot = fc.record({
        solar: wh,
        anna: wh,
        /** Before which run each reading comes: 0 in time, 1 to 3 late. */
        comes: fc.record({ solar: fc.nat({ max: 3 }), anna: fc.nat({ max: 3 }) }),
    });
    const NAMES = ['solar', 'anna'] as const;

    it('end in the money of readings that all came in time, in whatever order they come', async function () {
        this.timeout(60_000);
        const cap = fc.constantFrom(0n, 3_000_000n, 10n ** 15n);
        await holds(
            fc.asyncProperty(
                fc.array(slot, { minLength: SLOTS, maxLength: SLOTS }),
                cap,
                fc.shuffledSubarray([0, 1, 2, 3], { minLength: SLOTS, maxLength: SLOTS }),
                async (slots, defaultCapNano, order) => {
                    const terms = termsOf(SLOTS, { defaultCapNano: amountNano(defaultCapNano) });
                    const late = await play(terms, slots, order);
                    const inTime = slots.map((each) => ({ ...each, comes: { solar: 0, anna: 0 } }));
                    expect(late).to.deep.equal(await play(terms, inTime, []));
                },
            ),
            { runs: 15, seconds: 10 },
        );
    });

    async function play(
        terms: Terms,
        slots: readonly (typeof slot extends fc.Arbitrary<infer Value> ? Value : never)[],
        order: readonly number[],
    ): Promise<Record<string, bigint>> {
        await open([terms]);
        const brought = async (run: number): Promise<void> => {
            const total = { solar: 0n, anna: 0n };
            for (const [n, each] of slots.entries()) {
                for (const name of NAMES) {
                    total[name] += each[name];
                    if (each.comes[name] === run) {
                        await report(n, { [name]: total[name] });
                    }
                }
            }
        };
        await advanceTo(SLOTS + DEADLINE);
        await brought(0);
        for (const n of slots.keys()) {
            await report(n, { bert: 0n });
        }
        // What comes after the last slot lets late readings fit between others.
        await report(SLOTS, {
            solar: slots.reduce((sum, each) => sum + each.solar, 0n),
            anna: slots.reduce((sum, each) => sum + each.anna, 0n),
        });
        for (const n of slots.keys()) {
            expect(sumOf((await market.settle(FIRST_SLOT + n), await market.settlement(FIRST_SLOT + n)))).to.equal(0n);
        }
        for (const run of order.length === 0 ? [] : [1, 2, 3]) {
            await advanceTo(SLOTS + (RULES.reconciliationAfterSlots[run - 1] ?? 0));
            await brought(run);
            for (const n of order) {
                const settlement = await market.reconcile(FIRST_SLOT + n, run);
                expect(sumOf(settlement)).to.equal(0n);
                const [imbalanceWh, meteredWh] = [
                    settlement.points.reduce((sum, point) => sum + point.imbalanceWh, 0n),
                    settlement.points.reduce((sum, point) => sum + point.meteredWh, 0n),
                ];
                expect(imbalanceWh).to.equal(meteredWh);
            }
        }
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
        return wealth();
    }
});
