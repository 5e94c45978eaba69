import { expect } from 'chai';
import { HALT_SLOTS_MAX } from '@commonwatt/chaincode/domain/halt';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { counted, countedInRounds } from '../support/counted.js';
import { approveInAdvance } from '../support/crowd.js';
import { type Held, Holder } from '../support/held.js';
import * as mandates from '../support/late-mandates.js';
import * as steps from '../support/late-steps.js';
import { CARRIER, RETAILER, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { EFFORT } from '../support/property.js';
import { replayBlocks } from '../support/replay.js';
import { consentDocument } from '@commonwatt/chaincode/wire/agreement';

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
    'connection:transfer': steps.giveShare,
    'halt:set by the operator': steps.haltByOperator,
    'halt:set by the regulator': steps.haltByRegulator,
    'halt:lift': steps.liftHalt,
};

/** Steps with mandates, which wait for no slot. */
const OF_MANDATES: Readonly<Record<string, steps.Step>> = {
    'mandate:grant': mandates.grant,
    'mandate:revoke': mandates.revoke,
};
const STEPS: Readonly<Record<string, steps.Step>> = { ...BEFORE_A_SLOT, ...OF_MANDATES };

/** What takes away the ground that a buyer's steps stand on, and which steps do. */
type Gate = Readonly<{
    what: string;
    close: (market: TestMarket, prepared: steps.Prepared) => Promise<unknown>;
    ends: readonly string[];
}>;

const agreementOf = async (market: TestMarket, { terms }: steps.Prepared) =>
    (await market.as(RETAILER.id).agreements.show(agreementIdOf(terms))).agreement;
const GATES: readonly Gate[] = [
    {
        what: 'the buyer took its signature back',
        close: (market, { buyer: { buyerId }, terms }) =>
            market.as(buyerId).consents.withdraw(consentDocument(terms), buyerId),
        ends: ['agreement:conclude'],
    },
    {
        what: "the buyer's key was replaced",
        close: (market, { buyer }) => mandates.replaceKey(market, buyer.buyerId),
        ends: ['agreement:conclude', 'agreement:cancel', 'amendment:propose', 'amendment:enact', 'offer:make'],
    },
    {
        what: 'the buyer was suspended',
        close: (market, { buyer }) => suspend(market, buyer.buyerId),
        ends: ['agreement:conclude', 'agreement:fund', 'amendment:enact', 'offer:make'],
    },
    {
        what: 'the buyer left',
        close: (market, { buyer: { buyerId } }) => market.as(buyerId).participants.leave(buyerId),
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
        close: async (market, { buyer: { buyerId } }) => {
            const [offer] = await market.as(buyerId).offers.list(buyerId);
            await market.as(buyerId).offers.withdraw(offer ?? missing(), buyerId);
        },
        ends: ['offer:counter', 'offer:accept'],
    },
];

/** What takes away the ground of steps that an agent signs for, or that its principal takes with the mandate. */
const MANDATE_GATES: readonly Gate[] = [
    {
        what: 'the mandate was taken back',
        close: mandates.takeBack,
        ends: ['agreement:conclude', 'agreement:cancel', 'amendment:enact', 'offer:make', 'mandate:revoke'],
    },
    { what: 'the mandate was used up', close: mandates.useUp, ends: ['agreement:conclude'] },
    {
        what: 'the agent took its signature back',
        close: (market, { buyer: { buyerId, signerId, mandateId }, terms }) =>
            market.as(signerId).consents.withdraw(consentDocument(terms), buyerId, { mandateId }),
        ends: ['agreement:conclude'],
    },
    {
        what: "the agent's key was replaced",
        close: (market, { buyer }) => mandates.replaceKey(market, buyer.signerId),
        ends: ['agreement:conclude', 'mandate:grant'],
    },
    {
        what: 'the agent was suspended',
        close: (market, { buyer }) => suspend(market, buyer.signerId),
        ends: ['agreement:conclude'],
    },
    {
        what: 'the agent left',
        close: (market, { buyer: { signerId } }) => market.as(signerId).participants.leave(signerId),
        ends: ['agreement:conclude'],
    },
];
const suspend = (market: TestMarket, participantId: string): Promise<unknown> =>
    market.as('reviewer').qualifications.suspend({ participantId, reasonCode: 'underReview' });

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

    async function prepared(step: steps.Step, newBuyer = steps.newBuyer): Promise<steps.Prepared> {
        return await step(market, await newBuyer(market), market.nextSlot);
    }
    /** The next halt of a carrier comes a day after the last one. */
    async function letHaltsRest(): Promise<void> {
        const untilSlot = market.nextSlot + HALT_SLOTS_MAX + 1;
        while (market.nextSlot <= untilSlot) {
            await market.tick(untilSlot);
        }
    }
    const hold = ({ ready }: steps.Prepared): Promise<Held> => holder.hold(ready.as, ready.act);
    const stepOf = (verb: string): steps.Step => STEPS[verb] ?? missing();

    it('are valid when nothing happened meanwhile, and only once', async () => {
        const own = Object.values(BEFORE_A_SLOT).map((step) => prepared(step));
        const mandated = ['agreement:conclude', ...Object.keys(OF_MANDATES)];
        const signedByAgents = mandated.map((verb) => prepared(stepOf(verb), mandates.newPrincipal));
        const sent: Held[] = [];
        for (const step of await Promise.all([...own, ...signedByAgents])) {
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
            const before = await Promise.all(Object.values(BEFORE_A_SLOT).map((step) => prepared(step)));
            const late = await Promise.all(before.map(hold));
            await market.tick();
            for (const { verb, send } of late) {
                expect(await send(), verb).to.equal('MVCC_READ_CONFLICT');
            }
            await letHaltsRest();
            return late.length;
        });
    });

    for (const [what, gates, newBuyer] of [
        ['what they rest on', GATES, steps.newBuyer],
        ['the mandate or the agent that they rest on', MANDATE_GATES, mandates.newPrincipal],
    ] as const) {
        it(`are invalid once ${what} is gone`, async () => {
            const late = gates.flatMap(({ what, close, ends }) => ends.map((verb) => ({ what, close, verb })));
            await countedInRounds('transactions sent after their ground was gone', async () => {
                const codes = await Promise.all(
                    late.map(async ({ what, close, verb }) => {
                        const step = await prepared(stepOf(verb), newBuyer);
                        const { send } = await hold(step);
                        await close(market, step);
                        return `${verb} when ${what}: ${await send()}`;
                    }),
                );
                expect(codes).to.deep.equal(late.map(({ what, verb }) => `${verb} when ${what}: MVCC_READ_CONFLICT`));
                return codes.length;
            });
        });
    }

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
