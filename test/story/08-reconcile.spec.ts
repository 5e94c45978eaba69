import { ALLOWANCES } from '@commonwatt/chaincode/domain/allowance';
import { expect } from 'chai';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { drawnBy } from '../support/default-amounts.js';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { BUYER, NEIGHBOUR, ORDINARY_PRICE_MICRO, PROSUMER } from './cast.js';
import { countedWh, OVERCOUNTED_WH, PROMISED_WH, RUN_AFTER_SLOTS } from './correction.js';
import { REOPENED_RUN } from './story.js';
import { withStory } from './with-story.js';

const RATE_MICRO = 100_000n;

describe('08 reconcile', function () {
    this.timeout(60_000);
    const story = withStory((each) => each.estimated());
    let slot: SlotIndex;
    let agreementId: string;
    before(async () => {
        const estimated = await story().estimated();
        ({ slot } = estimated);
        ({ agreementId } = estimated.sale.value);
    });

    const show = (run: number): Promise<Settlement> => story().as(BUYER.id).settlements.show(CARRIER, slot, run);
    const reconcile = (run: number) => story().as(NEIGHBOUR.id).settlements.reconcile(CARRIER, slot, run);
    const roofOf = ({ points }: Settlement) => points.find(({ pointId }) => pointId === PROSUMER.id);
    const legOf = ({ legs }: Settlement) => legs.find((leg) => leg.agreementId === agreementId);
    const slotKey = (): string => String(slot).padStart(10, '0');
    const runKey = (run: number): string => `settlement/${CARRIER}/${slotKey()}/${String(run).padStart(10, '0')}`;
    /** What a posting of a run says of an account. */
    const posted = ({ postings }: Settlement): string[] =>
        postings.map(({ account, kind, amountNano }) => `${kind} ${account} ${String(amountNano)}`);

    it('settles a slot without one of its readings after the deadline, between the readings before and after', async () => {
        const initial = await show(0);
        const [counted, next] = [countedWh(story(), slot), countedWh(story(), slot + 1)];
        expect(roofOf(initial)).to.deep.include({ meteredWh: (counted + next) / 2n, quality: 'estimated' });
        expect(counted, 'the estimate is not the truth').to.not.equal((counted + next) / 2n);
    });

    it('makes no reconciliation run before its date, and none out of order', async () => {
        const dueSlot = slot + 1 + RUN_AFTER_SLOTS[0];
        await expectRefusal(reconcile(1), 'conflict RECONCILIATION_NOT_DUE', { run: 1, dueSlot });
        await expectRefusal(reconcile(2), 'notFound SETTLEMENT_MISSING', { run: 1 });
    });

    it('takes up the reading that came late in the first run, and posts the difference alone', async () => {
        const { late } = await story().estimated();
        const [corrected] = await story().corrected();
        expect(corrected.value).to.deep.equal({ carrier: CARRIER, slot, run: 1 });
        const [initial, first] = [await show(0), await show(1)];
        expect(roofOf(first)).to.deep.include({ meteredWh: countedWh(story(), slot), quality: 'measured' });
        const readings = await story().as('settlement').readings.list(PROSUMER.id);
        expect(readings.find(({ reading }) => reading.slot === slot)).to.deep.include(late);
        await expectInBlock(story().as(NEIGHBOUR.id), corrected, {
            chaincode: 'exchange',
            verb: 'settlement:reconcile',
            keys: [runKey(1), `claims/${agreementId}/${slotKey()}/${CARRIER}`, ...movedKeys(first)],
            event: { name: 'ReconciliationRun/1', payload: { carrier: CARRIER, slot, run: 1, isFinal: false } },
        });
        const moreWh = countedWh(story(), slot) - (roofOf(initial)?.meteredWh ?? 0n);
        expect(moreWh, 'the estimate was too low').to.be.greaterThan(0);
        expect(posted(first)).to.include.members([
            `energy cover/${PROSUMER.id}/${CARRIER} ${String(moreWh * ORDINARY_PRICE_MICRO)}`,
            `default cover/${PROSUMER.id}/${CARRIER} ${String(moreWh * RATE_MICRO)}`,
        ]);
    });

    it('shifts between the slots on both sides of the reading what the estimate had divided wrongly', async () => {
        await story().corrected();
        const { settlements } = story().as(BUYER.id);
        const ofRun = async (run: number): Promise<bigint[]> => {
            const both = await Promise.all([slot, slot + 1].map((each) => settlements.show(CARRIER, each, run)));
            return both.map((settlement) => roofOf(settlement)?.meteredWh ?? 0n);
        };
        const sum = (energies: readonly bigint[]): bigint => energies.reduce((total, wh) => total + wh, 0n);
        expect(await ofRun(1)).to.deep.equal([slot, slot + 1].map((each) => countedWh(story(), each)));
        expect(sum(await ofRun(0))).to.equal(sum(await ofRun(1)));
    });

    it('makes a run once: again it answers the same and writes nothing', async () => {
        await story().corrected();
        const before = await show(1);
        await expectNothingWritten(story().as(NEIGHBOUR.id), await reconcile(1));
        expect(await show(1)).to.deep.equal(before);
    });

    describe('a reading that is doubted', () => {
        before(async () => {
            await story().disputed();
        });

        it('goes from the party by the metering seat and the regulator into force, each in a block of its own', async () => {
            const { raised, decided, confirmed, closed } = await story().disputed();
            const ref = { pointId: PROSUMER.id, slot, raisedBy: BUYER.id };
            const key = `dispute/${ref.pointId}/${slotKey()}/${ref.raisedBy}`;
            const market = story().as(BUYER.id);
            const step = (verb: string, keys: readonly string[]) => ({ chaincode: 'exchange', verb, keys }) as const;
            const event = { name: 'DisputeRaised/1', payload: ref } as const;
            const counted = `allowance/${BUYER.id}/dispute/${String(slot % ALLOWANCES.dispute.parts)}`;
            await expectInBlock(market, raised, { ...step('dispute:raise', [key, counted]), event });
            await expectInBlock(market, decided, {
                ...step('dispute:decide', [key]),
                event: { name: 'DisputeDecided/1', payload: { ...ref, number: 1 } },
            });
            await expectInBlock(market, confirmed, {
                chaincode: 'supervision',
                verb: 'dispute:confirm',
                keys: [
                    `dispute-review/${ref.pointId}/${slotKey()}/${ref.raisedBy}/0000000001`,
                    `confirmed-decision/${ref.pointId}/${slotKey()}`,
                ],
                event: { name: 'DisputeReviewed/1', payload: { ...ref, number: 1, finding: 'confirmed' } },
            });
            await expectInBlock(market, closed, {
                ...step('dispute:close', [key, `replaced-reading/${CARRIER}/${slotKey()}/${ref.pointId}`]),
                event: { name: 'DisputeClosed/1', payload: { ...ref, carrier: CARRIER, state: 'replaced' } },
            });
        });

        it('is decided by nobody else, and not doubted by who has nothing to do with it', async () => {
            const { raised, decided } = await story().disputed();
            const ruling = { replacement: null, checkMeter: null, reasonCode: 'readingStands' };
            const byOwner = story().as(PROSUMER.id).disputes.decide(raised.value, ruling);
            await expectRefusal(byOwner, 'forbidden CALLER_NOT_SEATED');
            const byOperator = story().as('metering').disputes.confirm(decided.value, 'evidenceSound');
            await expectRefusal(byOperator, 'forbidden CALLER_NOT_SEATED');
            const meddling = { ...raised.value.objection, raisedBy: NEIGHBOUR.id };
            await expectRefusal(story().as(NEIGHBOUR.id).disputes.raise(meddling), 'forbidden DISPUTE_OF_OTHERS');
        });

        it('counts by its replacement from the next run on, and what was signed stays as it was', async () => {
            await story().final();
            const exportedWh = countedWh(story(), slot) - OVERCOUNTED_WH;
            expect(roofOf(await show(1))).to.deep.include({ quality: 'measured' });
            expect(roofOf(await show(2))).to.deep.include({ meteredWh: exportedWh, quality: 'replaced' });
            const { late } = await story().estimated();
            const readings = await story().as('settlement').readings.list(PROSUMER.id);
            expect(readings.find(({ reading }) => reading.slot === slot)).to.deep.include(late);
        });

        it('leaves the last dated run with nothing to post, and that run is final', async () => {
            await story().final();
            expect(await show(3)).to.deep.include({ isFinal: true, postings: [] });
        });
    });

    describe('a slot that is final', () => {
        it('opens once more for a dispute, which takes back what the one before has moved', async () => {
            await story().final();
            await expectRefusal(reconcile(REOPENED_RUN), 'conflict RECONCILIATION_FINAL', { run: REOPENED_RUN });
            const { closed, reconciled } = await story().reopened();
            await expectInBlock(story().as(NEIGHBOUR.id), closed, {
                chaincode: 'exchange',
                verb: 'dispute:close',
                keys: [
                    `dispute/${PROSUMER.id}/${slotKey()}/${PROSUMER.id}`,
                    `replaced-reading/${CARRIER}/${slotKey()}/${PROSUMER.id}`,
                    `reopening/${CARRIER}/${slotKey()}`,
                ],
                event: {
                    name: 'DisputeClosed/1',
                    payload: {
                        pointId: PROSUMER.id,
                        slot,
                        raisedBy: PROSUMER.id,
                        carrier: CARRIER,
                        state: 'replaced',
                    },
                },
            });
            expect(reconciled.value).to.deep.equal({ carrier: CARRIER, slot, run: REOPENED_RUN });
            const next = REOPENED_RUN + 1;
            await expectRefusal(reconcile(next), 'conflict RECONCILIATION_FINAL', { run: next });
            const last = await show(REOPENED_RUN);
            expect(last.isFinal).to.equal(true);
            expect(roofOf(last)).to.deep.include({ meteredWh: countedWh(story(), slot), quality: 'replaced' });
            expect(legOf(last)).to.deep.equal(legOf(await show(1)));
        });

        it('has posted, over all runs, what the slot came to in the last', async () => {
            await story().final();
            const runs = await story().as(BUYER.id).settlements.list(CARRIER, slot);
            const leg = runs.map(legOf).at(-1);
            const total = (kind: string, owner: string): bigint =>
                runs
                    .flatMap(({ postings }) => postings)
                    .filter((posting) => posting.kind === kind && posting.account.split('/').includes(owner))
                    .reduce((sum, { amountNano }) => sum + amountNano, 0n);
            const deliveredWh = roofOf(runs.at(-1) ?? (await show(0)))?.meteredWh ?? 0n;
            expect(leg).to.deep.include({ deliveredWh, shortWh: PROMISED_WH - deliveredWh });
            expect(total('energy', PROSUMER.id)).to.equal(deliveredWh * ORDINARY_PRICE_MICRO);
            expect(total('energy', BUYER.id)).to.equal(deliveredWh * -ORDINARY_PRICE_MICRO);
            const owedNano = (PROMISED_WH - deliveredWh) * RATE_MICRO;
            expect(drawnBy(leg)).to.deep.equal({ [PROSUMER.id]: owedNano });
            expect(total('default', BUYER.id)).to.equal(owedNano);
            const bought = runs.at(-1)?.points.find(({ pointId }) => pointId === BUYER.id);
            expect(total('imbalance', BUYER.id)).to.equal(bought?.imbalanceNano);
        });
    });
});

/** Keys of the covers that a reconciliation run moves. */
function movedKeys({ postings }: Settlement): string[] {
    const nets = new Map<string, bigint>();
    for (const { account, amountNano } of postings) {
        nets.set(account, (nets.get(account) ?? 0n) + amountNano);
    }
    return [...nets].flatMap(([account, net]) => (net !== 0n && account.startsWith('cover/') ? [account] : []));
}
