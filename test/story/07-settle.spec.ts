import { expect } from 'chai';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { drawnBy } from '../support/default-amounts.js';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { BUYER, NEIGHBOUR, OPERATORS_ROOF, PROSUMER, SUBJECTS, type AgreementName, NEWCOMER } from './cast.js';
import { withStory } from './with-story.js';

/** Who has set nothing aside for what it takes without having bought it. */
const UNCOVERED = NEWCOMER.id;

describe('07 settle', function () {
    this.timeout(30_000);
    const story = withStory((each) => each.metered());
    const run = (offset: number) => story().as(NEIGHBOUR.id).settlements.run(CARRIER, story().slot(offset));
    const show = (offset: number) => story().as('settlement').settlements.show(CARRIER, story().slot(offset));

    describe('in order', () => {
        it('does not settle a slot before the one before it', async () => {
            const operands = { slot: story().slot(1), nextSlot: story().slot(0) };
            await expectRefusal(run(1), 'conflict SETTLEMENT_OUT_OF_ORDER', operands);
            await expectRefusal(show(0), 'notFound SETTLEMENT_MISSING', { slot: story().slot(0) });
        });

        for (const offset of [0, 1] as const) {
            it(`settles slot ${offset} of delivery in one transaction, whoever pushes it`, async () => {
                const settled = (await story().settled())[offset];
                expect(settled.value).to.deep.equal({ carrier: CARRIER, slot: story().slot(offset), run: 0 });
                const settlement = await show(offset);
                await expectInBlock(story().as(NEIGHBOUR.id), settled, {
                    chaincode: 'exchange',
                    verb: 'settlement:run',
                    keys: [
                        ...(await agreementKeys()),
                        ...claimKeys(settlement),
                        ...moneyKeys(settlement),
                        ...(offset === 0 ? [`indebtedness/${UNCOVERED}/${CARRIER}`] : []),
                    ],
                    event: {
                        name: 'SettlementRun/1',
                        payload: { carrier: CARRIER, slot: story().slot(offset), run: 0, closedAgreementIds: [] },
                    },
                });
            });
        }

        it('settles no slot that is not over, and none of which a reading is missing', async () => {
            await story().settled();
            const running = story().market.nextSlot - 1 - story().firstSlot;
            await expectRefusal(run(running), 'conflict SLOT_NOT_OVER', { slot: story().slot(running) });
            await story().tickUntil(story().slot(3));
            const { operands } = await expectRefusal(run(2), 'notFound READING_MISSING');
            const metered = SUBJECTS.map(({ id }) => id).filter((id) => id.startsWith('bld-'));
            expect(operands['pointIds']).to.have.members(metered);
        });
    });

    describe('what the first slot came to', () => {
        let settlement: Settlement;
        before(async () => {
            await story().settled();
            settlement = await show(0);
        });
        const legOf = async (name: AgreementName) => {
            const { agreementId } = (await story().concluded())[name].value;
            return settlement.legs.find((leg) => leg.agreementId === agreementId);
        };

        it('trade: the roof gave 311 of 700 Wh, so it owes for 354 Wh beyond the tolerance of 35', async () => {
            expect(await legOf('trade')).to.deep.include({
                agreedWh: 700n,
                shortWh: 389n,
                untakenWh: 683n, // of 829 Wh that the buyer did not take: 829 × 700 / 850, the larger remainder
                deliveredWh: 311n,
                paymentNano: 311n * 180_000n,
            });
            expect(drawnBy(await legOf('trade'))).to.deep.equal({ [PROSUMER.id]: 354n * 100_000n });
        });

        it('supply: the buyer took 4 of 150 Wh, so it owes for 139 Wh beyond the tolerance of 7', async () => {
            expect(await legOf('supply')).to.deep.include({
                agreedWh: 150n,
                shortWh: 0n,
                untakenWh: 146n,
                deliveredWh: 4n,
                paymentNano: 4n * 180_000n,
            });
            expect(drawnBy(await legOf('supply'))).to.deep.equal({ [BUYER.id]: 139n * 100_000n });
        });

        it('operatorsTrade: everything was delivered, and nobody owes anything', async () => {
            expect(await legOf('operatorsTrade')).to.deep.include({ deliveredWh: 100n, shortWh: 0n, defaults: [] });
        });

        it('what no delivery explains is imbalance, at its own two prices', () => {
            const points = new Map(settlement.points.map((point) => [point.pointId, point]));
            expect(points.get(PROSUMER.id)).to.deep.include({ meteredWh: 311n, contractedWh: 700n, imbalanceWh: 0n });
            const roof = points.get(OPERATORS_ROOF.id);
            expect(roof).to.deep.include({ meteredWh: 207n, imbalanceWh: 107n, imbalanceNano: 107n * 50_000n });
            const neighbour = points.get(NEIGHBOUR.id); // bought 200, drew 35
            expect(neighbour).to.deep.include({ meteredWh: -35n, imbalanceWh: 165n, imbalanceNano: 165n * 50_000n });
            const newcomer = points.get('bld-08');
            expect(newcomer).to.deep.include({ meteredWh: -68n, imbalanceWh: -68n, imbalanceNano: -68n * 240_000n });
        });

        it('its postings sum to zero, in each kind', () => {
            for (const kind of new Set(settlement.postings.map((posting) => posting.kind))) {
                const amounts = settlement.postings.filter((posting) => posting.kind === kind);
                expect(
                    amounts.reduce((sum, { amountNano }) => sum + amountNano, 0n),
                    kind,
                ).to.equal(0n);
            }
        });
    });

    describe('a second run of the same slot', () => {
        it('answers the same, writes nothing and pays nothing', async () => {
            await story().settled();
            const accounts = async () => Promise.all(SUBJECTS.map(({ id }) => story().as(BUYER.id).accounts.show(id)));
            const [before, settlement] = [await accounts(), await show(0)];
            const again = await run(0);
            expect(again.value).to.deep.equal({ carrier: CARRIER, slot: story().slot(0), run: 0 });
            await expectNothingWritten(story().as(NEIGHBOUR.id), again);
            expect(await accounts()).to.deep.equal(before);
            expect(await show(0)).to.deep.equal(settlement);
        });
    });

    /** Every agreement in force moves on. */
    async function agreementKeys(): Promise<string[]> {
        const funded = await story().funded();
        return Object.values(funded).map(({ value }) => `execution/${value.agreementId}`);
    }
});

/** Keys of what is claimed for default, of each agreement of which anything is. */
const claimKeys = ({ carrier, slot, legs }: Settlement): string[] => [
    ...new Set(
        legs
            .filter(({ defaults }) => defaults.length > 0)
            .map(({ agreementId }) => `claims/${agreementId}/${String(slot).padStart(10, '0')}/${carrier}`),
    ),
];

/** Keys of the result, of a credit for each who gains, and of each cover that moves, by the postings of the run. */
function moneyKeys({ carrier, slot, run, postings }: Settlement): string[] {
    const nets = new Map<string, bigint>();
    for (const { account, amountNano } of postings) {
        nets.set(account, (nets.get(account) ?? 0n) + amountNano);
    }
    const moved = [...nets].filter(([, net]) => net !== 0n).map(([account]) => account.split('/'));
    return [
        `settlement/${carrier}/${String(slot).padStart(10, '0')}/${String(run).padStart(10, '0')}`,
        ...moved
            .filter(([kind]) => kind === 'free')
            .map(([, id]) => `credit/${id ?? ''}/settlement.${carrier}.${slot}.${run}`),
        ...moved.filter(([kind]) => kind === 'cover').map(([, id]) => `cover/${id ?? ''}/${carrier}`),
    ];
}
