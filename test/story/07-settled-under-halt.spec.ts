import { expect } from 'chai';
import { peer } from '@hyperledger/fabric-protos';
import { concludeCodec, fundCodec } from '@commonwatt/chaincode/wire/agreement';
import { type Draft, draftTerms } from '@commonwatt/client';
import { drawnBy } from '../support/default-amounts.js';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER } from '../support/market.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { type AgreementName, BUYER, NEIGHBOUR, OPERATORS_ROOF, PROSUMER, STANDING_ID, TRADE_CAP_NANO } from './cast.js';
import { OPERATORS_HALT, REGULATORS_HALT } from './story.js';
import { withStory } from './with-story.js';

const PAYERS = { trade: PROSUMER.id, operatorsTrade: OPERATORS_ROOF.id } as const;
const HALTED = 'conflict MARKET_HALTED';

describe('07 settle: while trade is halted', function () {
    this.timeout(60_000);
    const story = withStory((each) => each.terminated());
    const slotKey = (offset: number): string => String(story().slot(offset)).padStart(10, '0');

    /** A sale in one slot, so that only a halt stands against it. */
    const draft = (offset: number): Draft =>
        saleDraft({
            sellerId: PROSUMER.id,
            buyerId: NEIGHBOUR.id,
            firstSlot: story().slot(offset),
            energyWh: [10n],
            priceMicroPerKwh: 100_000n,
        });
    const fund = (agreementId: string) => story().as(BUYER.id).agreements.fund(agreementId, STANDING_ID);

    const legOf = async (name: AgreementName, offset: number) => {
        const { agreementId } = (await story().concluded())[name].value;
        const settlement = await story().as(BUYER.id).settlements.show(CARRIER, story().slot(offset));
        return settlement.legs.find((leg) => leg.agreementId === agreementId);
    };
    /** What a seller who was short beyond the tolerance owed the buyer. */
    const owedFor = async (name: keyof typeof PAYERS, offset: number): Promise<bigint> => {
        const leg = await legOf(name, offset);
        expect(Number(leg?.shortWh), `${name} was short in slot ${offset}`).to.be.greaterThan(45);
        return drawnBy(leg)[PAYERS[name]] ?? 0n;
    };

    describe('by the regulator', () => {
        let waiting: string;

        it('from its commit on nothing is concluded or funded in its slots, not even what was endorsed before', async () => {
            waiting = (await story().market.conclude(draft(REGULATORS_HALT.from))).value.agreementId;
            const terms = draftTerms(draft(REGULATORS_HALT.from));
            const consents = await story().market.consents(terms);
            const concluding = concludeCodec.encode({ terms, consents, folds: [] });
            const funding = fundCodec.encode({ agreementId: waiting, standingId: STANDING_ID });
            await story().deliverUntil(story().slot(REGULATORS_HALT.from - 1));
            const codes = await heldBack(
                [
                    ['agreement:conclude', concluding],
                    ['agreement:fund', funding],
                ],
                () => story().haltedByRegulator(),
            );
            const conflict = peer.TxValidationCode.MVCC_READ_CONFLICT;
            expect(codes).to.deep.equal([conflict, conflict]);
            const halted = { carrier: CARRIER, untilSlot: story().slot(REGULATORS_HALT.until) };
            await expectRefusal(story().market.conclude(draft(REGULATORS_HALT.from)), HALTED, halted);
            await expectRefusal(fund(waiting), HALTED, halted);
            expect((await story().market.conclude(draft(REGULATORS_HALT.until))).value.state).to.equal('concluded');
        });

        it('is a signed record of the weak centre, kept for settlement', async () => {
            const [fromSlot, untilSlot] = [story().slot(REGULATORS_HALT.from), story().slot(REGULATORS_HALT.until)];
            await expectInBlock(story().as('reviewer'), await story().haltedByRegulator(), {
                chaincode: 'supervision',
                verb: 'halt:set',
                keys: [`halt/${CARRIER}`, `halt-period/${CARRIER}/${slotKey(REGULATORS_HALT.from)}`],
                event: { name: 'HaltSet/1', payload: { carrier: CARRIER, mspId: 'RegulatorMSP', fromSlot, untilSlot } },
            });
        });

        it("is the reviewer's, begins in a coming slot, ends within a day and is not renewed", async () => {
            await story().haltedByRegulator();
            const next = story().market.nextSlot;
            const set = (name: string, fromSlot: number, untilSlot: number) =>
                story().as(name).halts.set('supervision', {
                    carrier: CARRIER,
                    fromSlot,
                    untilSlot,
                    reasonCode: 'again',
                });
            await expectRefusal(set('dispatcher', next, next + 1), 'forbidden CALLER_NOT_SEATED', { kind: 'reviewer' });
            await expectRefusal(set('reviewer', next - 1, next + 1), 'conflict SLOT_BEGUN', { slot: next - 1 });
            await expectRefusal(set('reviewer', next + 200, next + 297), 'invalid HALT_INVALID');
            await expectRefusal(set('reviewer', next + 1, next + 2), 'conflict HALT_CONFLICT');
        });

        it('settlement goes on, and waives default amounts of the halted slot and the one after', async () => {
            await story().deliverUntil(story().slot(REGULATORS_HALT.from));
            await story().deliverUntil(story().slot(REGULATORS_HALT.until));
            expect(await owedFor('trade', REGULATORS_HALT.from)).to.equal(0n);
            expect(await owedFor('operatorsTrade', REGULATORS_HALT.from)).to.equal(0n);
            const supply = await legOf('supply', REGULATORS_HALT.from); // its terms let no halt waive anything
            expect(Number(drawnBy(supply)[BUYER.id]), 'owed by the buyer').to.be.greaterThan(0);
        });

        it('ends by itself when its last slot is over', async () => {
            await story().deliverUntil(story().slot(REGULATORS_HALT.until));
            const concluded = await story().market.conclude(draft(40));
            expect(concluded.value.state).to.equal('concluded');
            expect((await fund(concluded.value.agreementId)).value.state).to.equal('inForce');
        });
    });

    describe('by the network operator', () => {
        it('nothing is concluded or funded either', async () => {
            const waiting = (await story().market.conclude(draft(OPERATORS_HALT.until - 1))).value.agreementId;
            const [fromSlot, untilSlot] = [story().slot(OPERATORS_HALT.from), story().slot(OPERATORS_HALT.until)];
            await expectInBlock(story().as('dispatcher'), await story().haltedByOperator(), {
                chaincode: 'exchange',
                verb: 'halt:set',
                keys: [`halt/${CARRIER}`, `halt-period/${CARRIER}/${slotKey(OPERATORS_HALT.from)}`],
                event: { name: 'HaltSet/1', payload: { carrier: CARRIER, mspId: 'OperatorMSP', fromSlot, untilSlot } },
            });
            const refused = story().market.conclude(draft(OPERATORS_HALT.until - 1));
            await expectRefusal(refused, HALTED, { carrier: CARRIER, untilSlot });
            await expectRefusal(fund(waiting), HALTED, { carrier: CARRIER, untilSlot });
        });

        it('is lifted by its own dispatcher, from a coming slot on, once', async () => {
            const liftedSlot = story().slot(OPERATORS_HALT.lifted);
            await story().haltedByOperator();
            const byReviewer = story().as('reviewer').halts.lift('exchange', CARRIER, liftedSlot);
            await expectRefusal(byReviewer, 'forbidden CALLER_NOT_SEATED', { kind: 'dispatcher' });
            await expectInBlock(story().as('dispatcher'), await story().lifted(), {
                chaincode: 'exchange',
                verb: 'halt:lift',
                keys: [`halt/${CARRIER}`, `halt-period/${CARRIER}/${slotKey(OPERATORS_HALT.from)}`],
                event: { name: 'HaltLifted/1', payload: { carrier: CARRIER, liftedSlot } },
            });
            const again = await story().as('dispatcher').halts.lift('exchange', CARRIER, liftedSlot);
            await expectNothingWritten(story().as('dispatcher'), again);
            await story().deliverUntil(liftedSlot);
            expect((await story().market.conclude(draft(OPERATORS_HALT.until - 1))).value.state).to.equal('concluded');
        });

        it('exempts who had nothing to do with it, and not whose roof the operator profits from', async () => {
            await story().ended();
            for (const offset of [OPERATORS_HALT.from, OPERATORS_HALT.lifted]) {
                expect(await owedFor('trade', offset), `trade in slot ${offset}`).to.equal(0n);
                const leg = await legOf('operatorsTrade', offset);
                const beyond = (leg?.shortWh ?? 0n) - 45n; // 5 % of 900 Wh
                expect(await owedFor('operatorsTrade', offset)).to.equal(beyond * 100_000n);
            }
        });
    });

    describe('when it is over', () => {
        it('the prosumer owes again, up to the cap of its agreement', async () => {
            await story().ended();
            const paid = [];
            for (let offset = 0; offset < 10; offset += 1) {
                paid.push(drawnBy(await legOf('trade', offset))[PROSUMER.id] ?? 0n);
            }
            const [first = 0n] = paid;
            const rest = TRADE_CAP_NANO - first;
            expect(paid).to.deep.equal([35_400_000n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, rest]);
            const { execution } = await story()
                .as(BUYER.id)
                .agreements.show((await story().concluded()).trade.value.agreementId);
            expect(execution.state).to.equal('completed');
            expect(execution.holdings.map(({ energyNano, defaultNano }) => energyNano + defaultNano)).to.deep.equal([
                0n,
                0n,
            ]);
        });
    });

    /** Has all four endorse, lets something happen, and only then sends the transactions to be ordered. */
    async function heldBack(
        calls: readonly (readonly [verb: string, command: string])[],
        meanwhile: () => Promise<unknown>,
    ): Promise<number[]> {
        const gateway = await RawGateway.open(story().market.network, story().market.actors.get(BUYER.id));
        try {
            const endorsed = [];
            for (const [verb, command] of calls) {
                endorsed.push(await gateway.endorse({ chaincode: 'exchange', verb, args: [command] }));
            }
            await meanwhile();
            return await Promise.all(endorsed.map(submitLate));
        } finally {
            gateway.close();
        }
    }
});
