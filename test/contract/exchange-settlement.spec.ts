import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, agreementViewCodec } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { settlementQueryCodec } from '@commonwatt/chaincode/wire/settlement';
import { expect } from 'chai';
import { drawnBy } from '../support/default-amounts.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { moneyIn } from '../support/ledger-money.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const TERMS = sampleTerms({ toleranceBp: 0 });
const ID = agreementIdOf(TERMS);

let market: StubMarket;

async function inForce(terms: Terms = TERMS): Promise<void> {
    await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
    await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
}

/** Registers at the end of a slot: solar gave, anna took, bert did nothing. */
async function report(slot: number, gaveWh: bigint, tookWh: bigint): Promise<void> {
    const readings = [
        market.reading('solar-point', slot, 0n, gaveWh),
        market.reading('anna-point', slot, tookWh, 0n),
        market.reading('bert-point', slot, 0n, 0n),
    ];
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}

const settleQuery = (slot: number): string => canonicalJson({ carrier: 'electricity', slot });

const open = async (): Promise<void> => {
    market = await StubMarket.ready();
};

describe('exchange: reading submit', () => {
    beforeEach(open);
    beforeEach(async () => {
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
    });

    it('takes what the meter signed, whoever brings it', async () => {
        const [one, two] = [
            market.reading('anna-point', FIRST_SLOT, 5n, 0n),
            market.reading('anna-point', FIRST_SLOT + 1, 9n, 0n),
        ];
        const command = commands.submitReadings(one, two);
        const { event, payload } = await market.do('stranger', 'exchange', 'reading:submit', command);
        expect(event?.payload).to.equal('{"pointIds":["anna-point"],"readings":2}');
        expect(payload).to.equal('{"accepted":2}');
        const page = canonicalJson({ bookmark: '', pageSize: 50, pointId: 'anna-point' });
        const { items } = (await market.ask('exchange', 'reading:list', page)) as { items: unknown[] };
        expect(items, 'the baseline and both').to.have.length(3);
    });

    it('takes the same again as nothing new, alone or among others', async () => {
        const one = market.reading('anna-point', FIRST_SLOT, 5n, 0n);
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(one, one));
        const again = await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(one));
        expect([again.writes, again.payload]).to.deep.equal([[], '{"accepted":0}']);
        const resigned = market.reading('anna-point', FIRST_SLOT, 5n, 0n);
        expect(resigned.signature).not.to.equal(one.signature);
        const next = market.reading('anna-point', FIRST_SLOT + 1, 6n, 0n);
        const { payload } = await market.do(
            'anna',
            'exchange',
            'reading:submit',
            commands.submitReadings(resigned, next),
        );
        expect(payload).to.equal('{"accepted":1}');
    });

    const refused = async (
        code: Parameters<StubMarket['refused']>[0],
        ...readings: readonly SignedReading[]
    ): Promise<void> => {
        const command = commands.submitReadings(...readings);
        await market.refused(code, 'stranger', 'exchange', 'reading:submit', command);
    };

    it('refuses other registers for a slot that has a reading', async () => {
        const [one, other] = [5n, 6n].map((taken) => market.reading('anna-point', FIRST_SLOT, taken, 0n));
        if (one === undefined || other === undefined) {
            throw new Error('two readings');
        }
        await refused('READING_CONFLICT', one, other);
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(one));
        await refused('READING_CONFLICT', other);
    });

    it('refuses forged, foreign, early, disordered and backward readings', async () => {
        const reading = commands.readingOf('anna-point', FIRST_SLOT, 5n, 0n);
        await refused('SIGNATURE_INVALID', commands.signReading(new SigningKey(), reading));
        const honest = market.reading('anna-point', FIRST_SLOT, 5n, 0n);
        await refused('SIGNATURE_INVALID', { ...honest, reading: { ...reading, importWh: energyWh(4n) } });
        await refused('METER_MISSING', { ...honest, reading: { ...reading, pointId: 'no-such-point' } });
        await refused('METER_MISSING', { ...honest, reading: { ...reading, meterId: 'other-meter' } });
        await refused('METER_MISSING', { ...honest, reading: { ...reading, pointId: 'retail-point' } });
        await refused('SLOT_NOT_OVER', market.reading('anna-point', FIRST_SLOT + 2, 5n, 0n));
        const numbered = { ...commands.readingOf('anna-point', FIRST_SLOT + 1, 5n, 0n), sequence: 1 };
        const meter = market.meters.get('anna-point') ?? new SigningKey();
        await refused('READING_OUT_OF_ORDER', honest, commands.signReading(meter, numbered));
        await refused('READING_NOT_MONOTONIC', honest, market.reading('anna-point', FIRST_SLOT + 1, 4n, 0n));
    });
});

describe('exchange: settlement run', () => {
    beforeEach(open);
    it('pays what was delivered and writes each record once', async () => {
        await inForce();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await report(FIRST_SLOT, 260n, 300n);
        const { writes, event } = await market.settle(FIRST_SLOT);
        expect(writes.map((write) => write.key)).to.deep.equal([
            `claims/${ID}/0000001000/electricity`,
            'cover/anna/electricity',
            'credit/anna/settlement.electricity.1000.0',
            'credit/solar/settlement.electricity.1000.0',
            `execution/${ID}`,
            'indebtedness/anna/electricity', // she took what she had not bought, and has paid nothing in
            'settlement/electricity/0000001000/0000000000',
        ]);
        expect(event?.payload).to.equal(
            `{"carrier":"electricity","closedAgreementIds":[],"run":0,"slot":${FIRST_SLOT}}`,
        );
        const settlement = await market.settlement(FIRST_SLOT);
        expect(settlement.legs[0]).to.include({ shortWh: 40n, deliveredWh: 260n });
        expect(drawnBy(settlement.legs[0])).to.deep.equal({ solar: 4_000_000n });
        expect(settlement.postings.reduce((sum, posting) => sum + posting.amountNano, 0n)).to.equal(0n);
    });

    it('completes the agreement with its last slot, and every nano is somebody’s', async () => {
        await inForce();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await report(FIRST_SLOT, 260n, 300n);
        await report(FIRST_SLOT + 1, 460n, 500n);
        await market.settle(FIRST_SLOT);
        const last = await market.settle(FIRST_SLOT + 1);
        expect(last.event?.payload).to.contain(ID);
        const ref = canonicalJson({ agreementId: ID });
        const { payload } = await market.endorse('anna', 'exchange', 'agreement:show', ref);
        expect(agreementViewCodec.decode(payload).execution).to.include({ state: 'completed' });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('is refused before the slot is over, without readings, out of order, and on a carrier that is not traded', async () => {
        await inForce();
        await market.advance(FIRST_SLOT);
        const run = async (code: Parameters<StubMarket['refused']>[0], slot: number): Promise<unknown> =>
            (await market.refused(code, 'anna', 'exchange', 'settlement:run', settleQuery(slot))).operands;
        expect(await run('SLOT_NOT_OVER', FIRST_SLOT)).to.deep.equal({ slot: FIRST_SLOT });
        await market.advance(FIRST_SLOT + 1, FIRST_SLOT + 2);
        expect(await run('READING_MISSING', FIRST_SLOT)).to.deep.equal({
            pointIds: ['anna-point', 'bert-point', 'solar-point'],
        });
        await report(FIRST_SLOT, 0n, 0n);
        await report(FIRST_SLOT + 1, 0n, 0n);
        expect(await run('SETTLEMENT_OUT_OF_ORDER', FIRST_SLOT + 1)).to.deep.equal({
            agreementId: ID,
            carrier: 'electricity',
            slot: FIRST_SLOT + 1,
            nextSlot: FIRST_SLOT,
        });
        const gas = canonicalJson({ carrier: 'gas', slot: FIRST_SLOT });
        await market.refused('TERMS_INVALID', 'anna', 'exchange', 'settlement:run', gas);
        const query = settlementQueryCodec.encode({ carrier: 'electricity', slot: FIRST_SLOT, run: null });
        await market.refused('SETTLEMENT_MISSING', 'anna', 'exchange', 'settlement:show', query);
    });

    it('waives default amounts of a halted slot', async () => {
        await inForce();
        const halted = { fromSlot: FIRST_SLOT, untilSlot: FIRST_SLOT + 1 };
        await market.do(
            'reviewer',
            'supervision',
            'halt:set',
            commands.halt(market.who('reviewer'), 'supervision', halted),
        );
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await report(FIRST_SLOT, 260n, 300n);
        await market.settle(FIRST_SLOT);
        const settlement = await market.settlement(FIRST_SLOT);
        expect(settlement.legs[0]).to.deep.include({ shortWh: 40n, defaults: [] });
    });

    it('goes on after a suspension, during a halt and after a termination', async () => {
        await inForce();
        await market.advance(FIRST_SLOT);
        const reviewer = market.who('reviewer');
        const suspended = commands.qualify(reviewer, 'solar', { status: 'suspended', sequence: 2 });
        await market.do('reviewer', 'supervision', 'qualification:suspend', suspended);
        const halt = commands.halt(reviewer, 'supervision', { fromSlot: FIRST_SLOT + 1, untilSlot: FIRST_SLOT + 90 });
        await market.do('reviewer', 'supervision', 'halt:set', halt);
        const termination = commands.decide(reviewer, TERMS, 'terminated');
        await market.do('reviewer', 'supervision', 'verdict:terminate', termination);
        await market.do('anna', 'exchange', 'agreement:release', commands.release(TERMS, FIRST_SLOT + 1));
        await market.advance(FIRST_SLOT + 1);
        await report(FIRST_SLOT, 300n, 300n);
        const { event } = await market.settle(FIRST_SLOT);
        expect(event?.payload, 'the terminated agreement is through').to.contain(ID);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('does not stop at the largest registers that a meter can sign', async () => {
        const terms = sampleTerms({
            parties: [
                { participantId: 'solar', lane: 0 },
                { participantId: 'anna', lane: 0 },
                { participantId: 'bert', lane: 0 },
            ],
            legs: [sampleLeg(), sampleLeg({ sellerId: 'bert', sellerPoint: 'bert-point' })],
        });
        await inForce(terms);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        const limit = 10n ** 15n;
        const readings = [
            market.reading('solar-point', FIRST_SLOT, limit, 0n),
            market.reading('anna-point', FIRST_SLOT, 0n, limit),
            market.reading('bert-point', FIRST_SLOT, limit, 0n),
        ];
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
        await market.settle(FIRST_SLOT);
    });

    it('does not slip in behind what changes its escrow', async () => {
        await inForce();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await report(FIRST_SLOT, 260n, 300n);
        const late = await market.endorse('anna', 'exchange', 'settlement:run', settleQuery(FIRST_SLOT));
        await market.settle(FIRST_SLOT);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('leaves out no agreement and no point: nothing can be written behind a slot that has begun', async () => {
        await market.advance(FIRST_SLOT);
        const late = sampleTerms({ concludeBeforeSlot: FIRST_SLOT });
        const conclude = commands.conclude(late, market.people);
        await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:conclude', conclude);
        const point = { ...commands.pointOf('anna'), pointId: 'anna-late' };
        const register = commands.registerMeter(point, new SigningKey());
        await market.refused('SLOT_BEGUN', 'metering', 'exchange', 'meter:register', register);
    });

    it('of two carriers closes the agreement with the second', async () => {
        for (const name of ['solar', 'anna']) {
            await market.registerMeter(name, 'heat', true);
        }
        const one = { energyWh: [energyWh(100n)], priceMicroPerKwh: [priceMicroPerKwh(1_000n)] };
        const terms = sampleTerms({
            slotCount: 1,
            legs: [
                sampleLeg(one),
                sampleLeg({ ...one, carrier: 'heat', sellerPoint: 'solar-heat', buyerPoint: 'anna-heat' }),
            ],
        });
        await inForce(terms);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await report(FIRST_SLOT, 100n, 100n);
        const heat = [
            market.reading('solar-heat', FIRST_SLOT, 0n, 100n),
            market.reading('anna-heat', FIRST_SLOT, 100n, 0n),
        ];
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...heat));
        await market.settle(FIRST_SLOT);
        const { event } = await market.settle(FIRST_SLOT, 'heat');
        expect(event?.payload).to.contain(agreementIdOf(terms));
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });
});
