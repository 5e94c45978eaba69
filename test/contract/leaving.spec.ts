import { WOUND_UP_MAX } from '@commonwatt/chaincode/domain/departure';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { amountNano, energyWh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { departureCodec } from '@commonwatt/chaincode/wire/participant';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import { Keeper } from '@commonwatt/client';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { closeDispute, decideDispute, raiseDispute, reviewDispute } from '../support/dispute-commands.js';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import { drawCover, leave as leaving, requestPayout } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { FIRST_SLOT, RULES } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const TWO = saleOf([100n, 100n]);
const ID = agreementIdOf(TWO);
const SLOTS = [FIRST_SLOT, FIRST_SLOT + 1];
/** From the end of a slot to its final run. */
const FINAL_AFTER = RULES.reconciliationAfterSlots[2];
const WIND_UP = participantQueryCodec.encode({ participantId: 'anna' });

let market: StubMarket;

const leave = (participantId = 'anna'): Promise<Endorsement> =>
    market.do(participantId, 'exchange', 'participant:leave', leaving(market.who(participantId), participantId));
const windUp = (): Promise<Endorsement> => market.do('bert', 'exchange', 'participant:wind-up', WIND_UP);
const concluding = (terms = TWO): string => commands.conclude(terms, market.people);
const conclude = (terms = TWO): Promise<Endorsement> =>
    market.do('stranger', 'exchange', 'agreement:conclude', concluding(terms));
const refused = (
    code: ErrorCode,
    verb: 'agreement:conclude' | 'amendment:propose' | 'amendment:enact',
    command: string,
) => market.refused(code, 'stranger', 'exchange', verb, command);
const payingOut = (payoutId: string, sourceIds: readonly string[] = []): string =>
    requestPayout(
        market.who('anna'),
        { payoutId, participantId: 'anna', lane: 0, amountNano: amountNano(1_000n) },
        sourceIds,
    );
const request = (payoutId: string, sourceIds: readonly string[] = []): Promise<Endorsement> =>
    market.do('anna', 'exchange', 'account:request-payout', payingOut(payoutId, sourceIds));
const refusedPayout = (code: ErrorCode): Promise<WireError> =>
    market.refused(code, 'anna', 'exchange', 'account:request-payout', payingOut('after'));
const drawing = (): string =>
    drawCover(market.who('anna'), {
        drawId: 'rest',
        participantId: 'anna',
        carrier: 'electricity',
        amountNano: amountNano(1_000n),
    });

/** Its agreement is open yet: neither account nor cover gives money. */
async function expectNothingPaid(): Promise<void> {
    const { operands } = await market.refused('AGREEMENTS_OPEN', 'bert', 'exchange', 'participant:wind-up', WIND_UP);
    expect(operands).to.deep.equal({ participantId: 'anna', agreementIds: [ID] });
    await refusedPayout('NOT_WOUND_UP');
    await market.refused('NOT_WOUND_UP', 'anna', 'exchange', 'account:draw-cover', drawing());
}

/** Everything agreed for the slot is given and taken, and the slot is settled. */
async function deliver(slot: number): Promise<void> {
    const soFar = 100n * BigInt(slot - FIRST_SLOT + 1);
    const readings = [market.reading('solar-point', slot, 0n, soFar), market.reading('anna-point', slot, soFar, 0n)];
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    await market.settle(slot);
}

beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('exchange: participant leave', () => {
    it('is for the participant itself, once and for good', async () => {
        const command = leaving(market.who('anna'), 'anna');
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', 'participant:leave', command);
        expect((await leave()).event?.name).to.equal('DepartureAnnounced/1');
        expect((await leave()).writes).to.deep.equal([]);
        const { items } = (await market.ask('exchange', 'participant:departures', '{"bookmark":"","pageSize":9}')) as {
            items: unknown[];
        };
        expect(items).to.deep.equal([{ participantId: 'anna', woundUpThrough: null, isWoundUp: false }]);
    });

    it('ends what is under way and what would be new', async () => {
        const moves = new OfferMoves(market);
        const offered = await moves.make(negotiableTerms());
        const accept = moves.acceptCommand(offered, 'anna');
        const underWay = [
            await market.endorse('stranger', 'exchange', 'agreement:conclude', concluding()),
            await market.endorse('anna', 'exchange', 'offer:accept', accept),
        ];
        await leave();
        for (const answer of underWay) {
            expect(answer.status, answer.message).to.equal(200);
            expect(market.ledger.commit(answer)).to.equal('MVCC_READ_CONFLICT');
        }
        const { operands } = await refused('PARTICIPANT_LEAVING', 'agreement:conclude', concluding());
        expect(operands).to.deep.equal({ participantId: 'anna' });
        await market.refused('PARTICIPANT_LEAVING', 'anna', 'exchange', 'offer:accept', accept);
        const made = moves.makeCommand({ answersId: null, terms: negotiableTerms() }, 7);
        await market.refused('PARTICIPANT_LEAVING', 'solar', 'exchange', 'offer:make', made);
    });

    it('is wound up by a keeper once everything is closed for good', async () => {
        const keeper = new Keeper(clientOf(market, 'stranger').market);
        const turn = async (): Promise<unknown[]> =>
            (await keeper.turn())
                .filter(({ step }) => step.startsWith('participant:'))
                .map(({ step, refusal }) => [step, refusal?.code ?? null]);
        await conclude();
        await leave();
        await leave('bert'); // has agreed nothing
        expect(await turn()).to.deep.equal([
            ['participant:wind-up anna', 'AGREEMENTS_OPEN'],
            ['participant:wind-up bert', null],
        ]);
        expect(await turn()).to.deep.equal([['participant:wind-up anna', 'AGREEMENTS_OPEN']]);
        const cancel = commands.cancel(TWO, FIRST_SLOT, market.people);
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(await turn(), 'it waits a turn before it tries again').to.deep.equal([]);
        expect(await turn()).to.deep.equal([['participant:wind-up anna', null]]);
        expect(await turn()).to.deep.equal([]);
    });

    it('of an agent ends what it signs for others', async () => {
        const statement = commands.mandateOf(market.who('anna'), market.who('retail'));
        await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(market.who('anna'), statement));
        await leave('retail');
        const signers = { solar: market.who('solar'), anna: commands.agentOf(market.who('retail'), statement) };
        const { operands } = await refused(
            'PARTICIPANT_LEAVING',
            'agreement:conclude',
            commands.conclude(TWO, signers),
        );
        expect(operands).to.deep.equal({ participantId: 'retail' });
    });

    it('leaves what is agreed: it is funded, delivered, settled, cancelled, but not amended', async () => {
        await conclude();
        const other = { ...TWO, salt: '01'.repeat(32) };
        await conclude(other);
        const next = following(TWO, saleOf([100n, 50n]));
        const propose = commands.proposeAmendment(ID, next, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        await leave();
        await refused('PARTICIPANT_LEAVING', 'amendment:enact', commands.enact(ID, 2, FIRST_SLOT));
        const another = commands.proposeAmendment(ID, { ...next, version: 3 }, market.people);
        await refused('PARTICIPANT_LEAVING', 'amendment:propose', another);
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TWO, 'ordinary'));
        const cancel = commands.cancel(other, FIRST_SLOT, market.people);
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
    });

    it('pays the money out when what it agreed is settled for good', async () => {
        await request('before', ['deposit.pay-anna']);
        await market.refused('DEPARTURE_MISSING', 'bert', 'exchange', 'participant:wind-up', WIND_UP);
        await conclude();
        const funding = commands.fund(TWO, 'ordinary');
        await market.do('stranger', 'exchange', 'agreement:fund', funding);
        await leave();
        await expectNothingPaid();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 6);
        for (const slot of SLOTS) {
            await deliver(slot);
            await expectNothingPaid();
        }
        await market.advance(FIRST_SLOT + 7, FIRST_SLOT + 2 + FINAL_AFTER);
        for (const run of [1, 2, 3]) {
            await market.reconcile(FIRST_SLOT, run);
            await expectNothingPaid();
        }
        for (const run of [1, 2, 3]) {
            await expectNothingPaid();
            await market.reconcile(FIRST_SLOT + 1, run);
        }
        await refusedPayout('NOT_WOUND_UP');
        const woundUp = await windUp();
        expect(woundUp.event).to.deep.include({ name: 'DepartureAdvanced/1' });
        expect(departureCodec.decode(woundUp.payload)).to.deep.equal({
            participantId: 'anna',
            woundUpThrough: ID,
            isWoundUp: true,
        });
        expect((await windUp()).writes).to.deep.equal([]);
        await request('after');
    });

    it('waits for no run of what was never delivered', async () => {
        await conclude();
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TWO, 'ordinary'));
        await leave();
        const cancel = commands.cancel(TWO, FIRST_SLOT, market.people);
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(departureCodec.decode((await windUp()).payload).isWoundUp).to.equal(true);
    });

    it('is reached by disputes and corrections of what it agreed', async () => {
        await conclude();
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TWO, 'ordinary'));
        await leave();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2 + FINAL_AFTER);
        for (const slot of SLOTS) {
            await deliver(slot);
        }
        const objection = {
            pointId: 'anna-point',
            slot: FIRST_SLOT + 1,
            raisedBy: 'anna',
            agreementId: null,
            evidenceHash: 'ab'.repeat(32),
        };
        await market.do('anna', 'exchange', 'dispute:raise', raiseDispute(market.who('anna'), objection));
        const decision = {
            pointId: 'anna-point',
            slot: FIRST_SLOT + 1,
            raisedBy: 'anna',
            number: 1,
            replacement: { kind: 'energy' as const, importWh: energyWh(40n), exportWh: energyWh(0n) },
            checkMeter: null,
            reasonCode: 'stuckRegister',
        };
        await market.do('metering', 'exchange', 'dispute:decide', decideDispute(market.who('metering'), decision));
        const review = reviewDispute(market.who('reviewer'), decision, 'confirmed');
        await market.do('reviewer', 'supervision', 'dispute:confirm', review);
        await market.do('bert', 'exchange', 'dispute:close', closeDispute(decision));
        const { postings } = await market.reconcile(FIRST_SLOT + 1, 1);
        const toAnna = postings.filter(({ account }) => account === 'cover/anna/electricity');
        expect(toAnna.some(({ amountNano: nano }) => nano > 0n)).to.equal(true);
    });

    it('looks at many agreements in parts', async () => {
        const many = Array.from({ length: WOUND_UP_MAX + 1 }, (_, index) => ({
            ...TWO,
            salt: index.toString(16).padStart(64, '0'),
        }));
        for (const terms of many) {
            await conclude(terms);
            const cancel = commands.cancel(terms, FIRST_SLOT, market.people);
            await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
        }
        const ids = many.map((terms) => agreementIdOf(terms)).sort();
        await leave();
        const part = await windUp();
        expect(departureCodec.decode(part.payload)).to.deep.equal({
            participantId: 'anna',
            woundUpThrough: ids[WOUND_UP_MAX - 1],
            isWoundUp: false,
        });
        await refusedPayout('NOT_WOUND_UP');
        const rest = departureCodec.decode((await windUp()).payload);
        expect([rest.woundUpThrough, rest.isWoundUp]).to.deep.equal([ids[WOUND_UP_MAX], true]);
        await request('after');
    });
});
