import { expect } from 'chai';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, powerW } from '@commonwatt/chaincode/domain/units';
import { draftTerms, roundsOf } from '@commonwatt/client';
import { orgNames } from '@commonwatt/network';
import { counted } from '../support/counted.js';
import { approveInAdvance, Crowd, fillSellersLanes, SLOT_WH, STANDING_ID } from '../support/crowd.js';
import { balancesIn, totalOf } from '../support/held-money.js';
import { countOf, type Judged, judgedAt } from '../support/judged.js';
import { CARRIER, pointOf, prosumer, RETAILER, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { EFFORT } from '../support/property.js';
import { expectRefusal } from '../support/refusal.js';
import { replayBlocks } from '../support/replay.js';
import { saleDraft } from '../support/sale.js';

const CLIENTS = 20 * EFFORT;
const CREDITS = 100 * EFFORT;
const DEBITS = 5 * EFFORT;
const AT_ONCE = 20;
const CREDIT_NANO = 1_000_000n;
/** Needs two credits, or one and what is left of another. */
const PAYOUT_NANO = amountNano(1_500_000n);
/** Deposits under way at once. */
const DEPOSITS_AT_ONCE = 16;
const STANDARD_ID = 'inverter';
const ROOF = prosumer('bld-06');
/** A lane of the seller's that only what arrives fills. */
const EMPTY_LANE = 1_000;

describe('a crowd', function () {
    this.timeout(180_000 * EFFORT);
    const network = withOwnNetwork();
    let market: TestMarket;
    let crowd: Crowd;

    before(async () => {
        await network.up();
        market = await TestMarket.establish(network, demanding);
        await market.seatOfficers();
        await approveInAdvance(market);
        crowd = await Crowd.gather(market, CLIENTS);
    });
    after(async () => {
        await market.actors.close();
    });

    /** How the peers judged everything that was sent meanwhile; all four are of one mind. */
    async function judgedDuring(act: () => Promise<unknown>): Promise<Judged> {
        const { transport } = await market.actors.admin('operator');
        const begun = await transport.height();
        await act();
        const ended = await transport.height();
        const [first = {}, ...others] = await Promise.all(
            orgNames.map(async (org) => judgedAt(await market.actors.admin(org), begun, ended)),
        );
        for (const other of others) {
            expect(other).to.deep.equal(first);
        }
        counted(countOf(first, isValid), 'valid transactions in crowds');
        return first;
    }

    /**
     * Nobody's transaction read what another one of the same block wrote: no retry had to hide it. One that was ordered
     * again, because a busy orderer's answer came too late, counts once.
     */
    function expectNoConflict(judged: Judged): void {
        const failed = Object.entries(judged).filter(([name]) => !isValid(name) && !isOrderedAgain(name));
        expect(failed).to.deep.equal([]);
        counted(failed.length, 'read conflicts');
        counted(countOf(judged, isOrderedAgain), 'transactions ordered again, and void');
    }

    it('concludes, funds and settles agreements with one seller, each once, while the clock ticks', async () => {
        const firstSlot = market.nextSlot + 6;
        const terms = crowd.terms(firstSlot);
        const judged = await judgedDuring(async () => {
            const signed = await Promise.all(
                terms.map(async (each) => ({ terms: each, consents: await market.consents(each) })),
            );
            const [concluded] = await Promise.all([
                crowd.all((own, _member, index) => {
                    const { terms: own_, consents } = signed[index] ?? missing();
                    return own.agreements.conclude(own_, consents);
                }),
                tickTwice(),
            ]);
            const ids = concluded.map(({ value }) => value.agreementId);
            expect(new Set(ids).size).to.equal(CLIENTS);
            const [funded] = await Promise.all([
                crowd.all((own, _member, index) => own.agreements.fund(ids[index] ?? '', STANDING_ID)),
                tickTwice(),
            ]);
            expect(funded.map(({ value }) => value.state)).to.deep.equal(ids.map(() => 'inForce'));
            await market.tick(firstSlot + 1);
            const readings = [...(await market.readings(firstSlot - 1)), ...(await market.readings(firstSlot))];
            await crowd.all((own, { id }) =>
                own.readings.submit(readings.filter(({ reading }) => reading.pointId === pointOf(id))),
            );
            await crowd.as('platform').settlements.run(CARRIER, firstSlot);
            const { legs } = await market.as('platform').settlements.show(CARRIER, firstSlot);
            expect(legs.map(({ agreementId }) => agreementId)).to.have.members(ids);
        });
        expectNoConflict(judged);
        for (const verb of ['agreement:conclude', 'agreement:fund', 'reading:submit']) {
            expect(judged[`${verb} VALID`], verb).to.equal(CLIENTS);
        }
        counted(CLIENTS, 'agreements of a crowd with one seller');
    });

    it('buys from one device all that it is rated for and no more: nobody waits for the sum of the others', async () => {
        await rateRoof();
        const firstSlot = market.nextSlot + 6;
        const terms = crowd.terms(firstSlot, ROOF.id);
        const [first] = crowd.members;
        const more = {
            sellerId: ROOF.id,
            buyerId: first?.id ?? '',
            firstSlot,
            energyWh: [1n],
            priceMicroPerKwh: 200_000n,
        };
        let beyondId = '';
        const left: (readonly [string, string])[] = [];
        const judged = await judgedDuring(async () => {
            const consents = await Promise.all(terms.map((each) => market.consents(each)));
            const concluded = await crowd.all((own, _member, index) =>
                own.agreements.conclude(terms[index] ?? missing(), consents[index] ?? missing()),
            );
            const ids = concluded.map(({ value }) => value.agreementId);
            beyondId = (await market.conclude(saleDraft(more))).value.agreementId;
            for (const round of roundsOf([...ids, beyondId].map((agreementId) => ({ agreementId, version: 1 })))) {
                const { value } = await market.as('platform').admissions.run(round);
                left.push(
                    ...value.flatMap(({ agreementId, reason }) =>
                        reason ? [[agreementId, reason.code] as const] : [],
                    ),
                );
            }
            await crowd.all((own, _member, index) => own.agreements.fund(ids[index] ?? '', STANDING_ID));
        });
        expectNoConflict(judged);
        expect(judged['agreement:conclude VALID']).to.equal(CLIENTS + 1);
        expect(judged['agreement:fund VALID']).to.equal(CLIENTS);
        expect(left).to.deep.equal([[beyondId, 'CONFORMITY_EXCEEDED']]);
        await expectRefusal(market.as(ROOF.id).agreements.fund(beyondId, STANDING_ID), 'conflict CAPACITY_MISSING');
        const { soldWh, firstSlot: start } = await market.as(ROOF.id).admissions.loading(CARRIER, ROOF.id, firstSlot);
        expect(soldWh[firstSlot - start]).to.equal(BigInt(CLIENTS) * SLOT_WH);
        counted(CLIENTS, 'agreements of a crowd on one device');
    });

    it('pays into an account while its owner takes out of it', async () => {
        const judged = await judgedDuring(async () => {
            await Promise.all([...Array.from({ length: DEPOSITS_AT_ONCE }, (_, share) => deposits(share)), debits()]);
        });
        expectNoConflict(judged);
        expect(judged['account:deposit VALID']).to.equal(CREDITS);
        expect(judged['account:request-payout VALID']).to.equal(DEBITS);
        counted(CREDITS, 'credits of one account');
        counted(DEBITS, 'debits meanwhile');
    });

    it('sends one agreement twenty times at once: it is concluded once, and everybody is told so', async () => {
        const [member] = crowd.members;
        const sale = { sellerId: RETAILER.id, buyerId: member?.id ?? '', firstSlot: market.nextSlot + 20 };
        const terms = draftTerms(saleDraft({ ...sale, energyWh: [10n], priceMicroPerKwh: 100_000n }));
        const consents = await market.consents(terms);
        const judged = await judgedDuring(async () => {
            const answers = await Promise.all(
                crowd.members.slice(0, AT_ONCE).map(({ id }) => crowd.as(id).agreements.conclude(terms, consents)),
            );
            expect(new Set(answers.map(({ value }) => JSON.stringify(value, text))).size).to.equal(1);
            expect(answers).to.have.length(AT_ONCE);
        });
        expect(judged['agreement:conclude VALID']).to.equal(1);
        counted(countOf(judged, isValid) - 1, 'identical commands found it done');
        counted(
            countOf(judged, (name) => !isValid(name)),
            'identical commands lost the race',
        );
    });

    it('leaves no money over and none missing', async () => {
        const { state, brokenBlocks } = await replayBlocks(await market.actors.admin('regulator'));
        expect(brokenBlocks).to.deep.equal([]);
        const balances = balancesIn(state);
        expect(totalOf(balances)).to.equal(0n);
        expect(balances.get(`free/${RETAILER.id}`)).not.to.equal(undefined);
    });

    /** A roof with a meter of its own, certified for exactly what the crowd will buy of it in a slot. */
    async function rateRoof(): Promise<void> {
        await market.admit(ROOF);
        await fillSellersLanes(market, ROOF.id, CLIENTS);
        const fromSlot = market.nextSlot;
        const { standards, conformities } = market.as('reviewer');
        await standards.publish({ standardId: STANDARD_ID, carrier: CARRIER, textHash: 'ab'.repeat(32), fromSlot });
        await conformities.certify({
            pointId: ROOF.id,
            standardId: STANDARD_ID,
            ratedW: powerW(BigInt(CLIENTS) * SLOT_WH * 4n),
            untilSlot: fromSlot + 96,
            reasonCode: 'typeTested',
        });
    }

    async function tickTwice(): Promise<void> {
        await market.tick();
        await market.tick();
    }

    async function deposits(share: number): Promise<void> {
        for (let number = share; number < CREDITS; number += DEPOSITS_AT_ONCE) {
            const paymentId = `small-${number}`;
            const deposit = { paymentId, participantId: RETAILER.id, amountNano: amountNano(CREDIT_NANO) };
            await crowd.as('settlement').accounts.deposit(deposit);
        }
    }

    /** One after the other, each as soon as enough has arrived. */
    async function debits(): Promise<void> {
        const { accounts } = crowd.as(RETAILER.id);
        for (let taken = 0; taken < DEBITS; taken += 1) {
            while ((await accounts.credits(RETAILER.id)).length < 2) {
                // what is on its way arrives with the next block
            }
            const payout = { payoutId: `small-${taken}`, participantId: RETAILER.id, lane: EMPTY_LANE };
            await accounts.requestPayout({ ...payout, amountNano: PAYOUT_NANO });
        }
    }
});

/** Devices that sell conform to a standard, once there is one. */
const demanding = (rules: Rules): Rules => {
    const { electricity } = rules.carriers;
    return electricity === undefined
        ? rules
        : {
              ...rules,
              carriers: { ...rules.carriers, electricity: { ...electricity, conformityStandards: [STANDARD_ID] } },
          };
};

const isValid = (name: string): boolean => name.endsWith(' VALID') || name.endsWith(' REPEATED');

const isOrderedAgain = (name: string): boolean => name.endsWith(' DUPLICATE_TXID');

const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function missing(): never {
    throw new Error('every member has terms of its own');
}
