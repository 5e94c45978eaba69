import { expect } from 'chai';
import { HALT_SLOTS_MAX } from '@commonwatt/chaincode/domain/halt';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { documentSignerOf } from '@commonwatt/client';
import { newSigningKey } from '@commonwatt/client/signing-key';
import { counted, countedInRounds } from '../support/counted.js';
import { approveInAdvance } from '../support/crowd.js';
import { type Held, Holder } from '../support/held.js';
import * as steps from '../support/late-steps.js';
import { CARRIER, RETAILER, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { EFFORT } from '../support/property.js';
import { replayBlocks } from '../support/replay.js';

/** Steps that must be taken before a slot begins. */
const BEFORE_A_SLOT: Readonly<Record<string, steps.Step>> = {
    'agreement:conclude': steps.conclude,
    'agreement:fund': steps.fund,
    'agreement:cancel': steps.cancel,
    'agreement:release': steps.release,
    'amendment:propose': steps.propose,
    'amendment:enact': steps.enact,
    'offer:make': steps.makeOffer,
    'offer:counter': steps.counterOffer,
    'offer:accept': steps.acceptOffer,
    'meter:register': steps.registerMeter,
    'standard:publish': steps.publishStandard,
    'connection:set': steps.limitConnection,
    'halt:set by the operator': steps.haltByOperator,
    'halt:set by the regulator': steps.haltByRegulator,
    'halt:lift': steps.liftHalt,
};

/** What takes away the ground that a buyer's steps stand on, and which steps do. */
type Gate = Readonly<{
    what: string;
    close: (market: TestMarket, prepared: steps.Prepared) => Promise<unknown>;
    ends: readonly (keyof typeof BEFORE_A_SLOT)[];
}>;

const agreementOf = async (market: TestMarket, { terms }: steps.Prepared) =>
    (await market.as(RETAILER.id).agreements.show(agreementIdOf(terms))).agreement;
const GATES: readonly Gate[] = [
    {
        what: 'the buyer took its signature back',
        close: (market, { buyerId, terms }) => market.as(buyerId).agreements.withdraw(terms, buyerId),
        ends: ['agreement:conclude'],
    },
    {
        what: "the buyer's key was replaced",
        close: (market, { buyerId }) =>
            market.as(buyerId).participants.rotateKey(buyerId, documentSignerOf(newSigningKey().privateKey)),
        ends: ['agreement:conclude', 'agreement:cancel', 'amendment:propose', 'amendment:enact', 'offer:make'],
    },
    {
        what: 'the buyer was suspended',
        close: (market, { buyerId: participantId }) =>
            market.as('reviewer').qualifications.suspend({ participantId, reasonCode: 'underReview' }),
        ends: ['agreement:conclude', 'agreement:fund', 'amendment:enact', 'offer:make'],
    },
    {
        what: 'the buyer left',
        close: (market, { buyerId }) => market.as(buyerId).participants.leave(buyerId),
        ends: ['agreement:conclude', 'offer:make'],
    },
    {
        what: 'the regulator terminated the agreement',
        close: async (market, prepared) =>
            market.as('reviewer').verdicts.terminate(await agreementOf(market, prepared), 'unlawfulTerms'),
        ends: ['agreement:fund', 'amendment:enact'],
    },
    {
        what: 'the offer was withdrawn',
        close: async (market, { buyerId }) => {
            const [offer] = await market.as(buyerId).offers.list(buyerId);
            await market.as(buyerId).offers.withdraw(offer ?? missing(), buyerId);
        },
        ends: ['offer:counter', 'offer:accept'],
    },
];

describe('transactions held back', function () {
    this.timeout(180_000 * EFFORT);
    const network = withOwnNetwork();
    let market: TestMarket;
    let holder: Holder;

    before(async () => {
        await network.up();
        market = await TestMarket.establish(network);
        await market.seatOfficers();
        await market.admit(RETAILER);
        await approveInAdvance(market);
        await market.tick();
        holder = new Holder(network, market.actors);
    });
    after(async () => {
        await holder.close();
        await market.actors.close();
    });

    async function prepared(step: steps.Step): Promise<steps.Prepared> {
        return await step(market, await steps.newBuyer(market), market.nextSlot);
    }
    /** The next halt of a carrier comes a day after the last one. */
    async function letHaltsRest(): Promise<void> {
        const untilSlot = market.nextSlot + HALT_SLOTS_MAX + 1;
        while (market.nextSlot <= untilSlot) {
            await market.tick(untilSlot);
        }
    }
    const hold = ({ ready }: steps.Prepared): Promise<Held> => holder.hold(ready.as, ready.act);
    const stepOf = (verb: string): steps.Step => BEFORE_A_SLOT[verb] ?? missing();

    it('are valid when nothing happened meanwhile, and only once', async () => {
        const steps = await Promise.all(Object.values(BEFORE_A_SLOT).map(prepared));
        const sent: Held[] = [];
        for (const step of steps) {
            const once = await hold(step);
            expect(await once.send(), once.verb).to.equal('VALID');
            await once.send();
            sent.push(once);
        }
        await market.tick(); // ordered after all of them
        const { transactions } = await replayBlocks(market.as('platform'));
        for (const { verb, transactionId } of sent) {
            const codes = transactions.filter((each) => each.transactionId === transactionId);
            expect(
                codes.map(({ validationCode }) => validationCode),
                verb,
            ).to.deep.equal(['VALID', 'DUPLICATE_TXID']);
        }
        counted(sent.length, 'transactions sent twice');
    });

    it('are invalid once the slot has begun before which they had to be there', async () => {
        await countedInRounds('transactions sent after a slot had begun', async () => {
            const before = await Promise.all(Object.values(BEFORE_A_SLOT).map(prepared));
            const late = await Promise.all(before.map(hold));
            await market.tick();
            for (const { verb, send } of late) {
                expect(await send(), verb).to.equal('MVCC_READ_CONFLICT');
            }
            await letHaltsRest();
            return late.length;
        });
    });

    it('are invalid once what they rest on is gone', async () => {
        const late = GATES.flatMap(({ what, close, ends }) => ends.map((verb) => ({ what, close, verb })));
        await countedInRounds('transactions sent after their ground was gone', async () => {
            const codes = await Promise.all(
                late.map(async ({ what, close, verb }) => {
                    const step = await prepared(stepOf(verb));
                    const { send } = await hold(step);
                    await close(market, step);
                    return `${verb} when ${what}: ${await send()}`;
                }),
            );
            expect(codes).to.deep.equal(late.map(({ what, verb }) => `${verb} when ${what}: MVCC_READ_CONFLICT`));
            return codes.length;
        });
    });

    it('are invalid once officers have said something else of what they rest on', async () => {
        const conclude = await hold(await prepared(stepOf('agreement:conclude')));
        await market.as('dispatcher').requirements.publish({
            carrier: CARRIER,
            curtailableAboveWh: null,
            leadTimeSlots: 0,
            toleranceBpMax: 10_000,
            reasonCode: 'asksForNothing',
        });
        expect(await conclude.send(), 'a requirement was published').to.equal('MVCC_READ_CONFLICT');
        const fund = await hold(await prepared(stepOf('agreement:fund')));
        await approveInAdvance(market, 'stillOrdinaryTrade');
        expect(await fund.send(), 'the standing verdict was replaced').to.equal('MVCC_READ_CONFLICT');
        counted(2, 'transactions sent after an officer had said something else');
    });

    for (const [officer, role] of [
        ['reviewer', 'supervision'],
        ['dispatcher', 'exchange'],
    ] as const) {
        it(`are invalid once the ${officer} has halted trade`, async () => {
            const verbs = ['agreement:conclude', 'agreement:fund', 'amendment:enact'];
            await countedInRounds('transactions sent into a halt', async () => {
                const late = await Promise.all(verbs.map(async (verb) => hold(await prepared(stepOf(verb)))));
                const fromSlot = market.nextSlot;
                const halt = {
                    carrier: CARRIER,
                    fromSlot,
                    untilSlot: fromSlot + 1,
                    reasonCode: 'gridDisturbance',
                } as const;
                await market.as(officer).halts.set(role, halt);
                for (const { verb, send } of late) {
                    expect(await send(), verb).to.equal('MVCC_READ_CONFLICT');
                }
                await letHaltsRest();
                return late.length;
            });
        });
    }
});

function missing(): never {
    throw new Error('there is no such step');
}
