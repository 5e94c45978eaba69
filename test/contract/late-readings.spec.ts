import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { decodePage } from '@commonwatt/chaincode/wire/query';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { recordedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import { expect } from 'chai';
import fc from 'fast-check';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

/** Slots after the first that are over. */
const SLOTS_OVER = 40;

let market: StubMarket;

async function readingsOf(pointId: string): Promise<Reading[]> {
    const query = canonicalJson({ bookmark: '', pageSize: 200, pointId });
    const { payload } = await market.endorse('stranger', 'exchange', 'reading:list', query);
    return decodePage(payload, recordedReadingCodec).items.map(({ reading }) => reading);
}

const submit = (...readings: readonly SignedReading[]): Promise<unknown> =>
    market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));

async function refused(code: ErrorCode, ...readings: readonly SignedReading[]): Promise<unknown> {
    const command = commands.submitReadings(...readings);
    return (await market.refused(code, 'stranger', 'exchange', 'reading:submit', command)).operands;
}

/** Anna's registers at the end of the nth slot; the sequence is n + 1 unless told otherwise. */
function annas(n: number, importWh: bigint, changes: Partial<Reading> = {}): SignedReading {
    const meter = market.meters.get('anna-point') ?? new SigningKey();
    const reading = commands.readingOf('anna-point', FIRST_SLOT + n, importWh, 0n);
    return commands.signReading(meter, { ...reading, ...changes });
}

describe('exchange: readings that were lost', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
        await market.advance(FIRST_SLOT, FIRST_SLOT + SLOTS_OVER);
    });

    it('do not block the meter: the next one stands', async () => {
        await submit(annas(0, 5n));
        await submit(annas(30, 90n));
        await submit(annas(31, 95n));
        expect((await readingsOf('anna-point')).map(({ sequence }) => sequence)).to.deep.equal([0, 1, 31, 32]);
    });

    it('are taken late where they fit, alone or together, and change nothing of the last one', async () => {
        await submit(annas(30, 90n));
        await submit(annas(10, 40n), annas(9, 38n), annas(11, 40n));
        await submit(annas(31, 95n), annas(2, 7n));
        const slots = (await readingsOf('anna-point')).map(({ slot }) => slot - FIRST_SLOT);
        expect(slots).to.deep.equal([-1, 2, 9, 10, 11, 30, 31]);
        await refused('READING_OUT_OF_ORDER', annas(32, 96n, { sequence: 32 }));
    });

    it('are refused where they do not fit', async () => {
        await submit(annas(10, 40n), annas(20, 60n));
        const order = { pointId: 'anna-point', slot: FIRST_SLOT + 15 };
        const before = await refused('READING_OUT_OF_ORDER', annas(15, 50n, { sequence: 11 }));
        expect(before).to.deep.equal({ ...order, sequence: 11, lastSequence: 11, lastSlot: FIRST_SLOT + 10 });
        const after = await refused('READING_OUT_OF_ORDER', annas(15, 50n, { sequence: 21 }));
        expect(after).to.deep.equal({ ...order, sequence: 21, lastSequence: 21, lastSlot: FIRST_SLOT + 20 });
        await refused('READING_NOT_MONOTONIC', annas(15, 39n));
        await refused('READING_NOT_MONOTONIC', annas(15, 61n));
        await refused('READING_NOT_MONOTONIC', annas(15, 50n), annas(16, 49n));
        await refused('READING_CONFLICT', annas(20, 61n));
        await submit(annas(15, 50n));
    });

    it('are refused before the baseline and after a neighbour that is too far away', async () => {
        const far = 3_000;
        const meter = new SigningKey();
        const point = { ...commands.pointOf('anna'), pointId: 'anna-young', fromSlot: FIRST_SLOT + far };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, meter));
        for (let slot = FIRST_SLOT + SLOTS_OVER + 1; slot <= FIRST_SLOT + far + 1; slot += 96) {
            await market.advance(slot, Math.min(slot + 95, FIRST_SLOT + far + 1));
        }
        await submit(annas(far, 90n));
        await refused('READING_OUT_OF_ORDER', annas(20, 50n));
        const unborn = commands.readingOf(point.pointId, FIRST_SLOT + far - 2, 0n, 0n);
        await refused('READING_OUT_OF_ORDER', commands.signReading(meter, unborn));
        await submit(annas(24, 50n));
        await submit(annas(20, 50n));
    });

    it('cannot both be taken at once when they do not fit each other', async () => {
        await submit(annas(30, 90n));
        const [one, other] = [annas(10, 50n), annas(11, 40n)].map((reading) => commands.submitReadings(reading));
        const answers = [];
        for (const command of [one, other]) {
            answers.push(await market.endorse('stranger', 'exchange', 'reading:submit', command ?? ''));
        }
        expect(answers.map((answer) => market.ledger.commit(answer))).to.deep.equal(['VALID', 'PHANTOM_READ_CONFLICT']);
    });
});

describe('property: whatever is submitted', () => {
    const RUNS = 60;
    const submission = fc.record({
        slot: fc.integer({ min: -2, max: SLOTS_OVER - 1 }),
        sequence: fc.integer({ min: 0, max: SLOTS_OVER + 2 }),
        importWh: fc.integer({ min: 0, max: 20 }),
        exportWh: fc.integer({ min: 0, max: 5 }),
    });
    const honest = fc
        .integer({ min: 0, max: SLOTS_OVER - 1 })
        .map((slot) => ({ slot, sequence: slot + 1, importWh: Math.floor(slot / 2), exportWh: 2 }));
    const batches = fc.array(fc.array(fc.oneof(honest, submission), { minLength: 1, maxLength: 4 }), { maxLength: 12 });

    before(async () => {
        market = await StubMarket.ready();
        for (let run = 0; run < RUNS; run += 1) {
            const meter = new SigningKey();
            const point = { ...commands.pointOf('anna'), pointId: `anna-${String(run)}` };
            market.meters.set(point.pointId, meter);
            await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, meter));
        }
        await market.advance(FIRST_SLOT, FIRST_SLOT + SLOTS_OVER);
    });

    it('registers grow with slot and sequence', async function () {
        this.timeout(60_000);
        let run = 0;
        await fc.assert(
            fc.asyncProperty(batches, async (all) => {
                const pointId = `anna-${String(run % RUNS)}`;
                run += 1;
                const meter = market.meters.get(pointId) ?? new SigningKey();
                for (const batch of all) {
                    const signed = batch.map(({ slot, sequence, importWh, exportWh }) =>
                        commands.signReading(meter, {
                            ...commands.readingOf(pointId, FIRST_SLOT + slot, BigInt(importWh), BigInt(exportWh)),
                            sequence,
                        }),
                    );
                    const command = commands.submitReadings(...signed);
                    const answer = await market.endorse('stranger', 'exchange', 'reading:submit', command);
                    if (answer.status === 200 && answer.writes.length > 0) {
                        expect(market.ledger.commit(answer)).to.equal('VALID');
                    }
                }
                const readings = await readingsOf(pointId);
                readings.slice(1).forEach((reading, index) => {
                    const earlier = readings[index] ?? reading;
                    expect(reading.slot).to.be.above(earlier.slot);
                    expect(reading.sequence).to.be.above(earlier.sequence);
                    expect(reading.importWh >= earlier.importWh && reading.exportWh >= earlier.exportWh).to.equal(true);
                });
            }),
            { numRuns: RUNS },
        );
    });
});
