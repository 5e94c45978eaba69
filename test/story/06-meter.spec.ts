import { expect } from 'chai';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import { documentSignerOf, signDocument } from '@commonwatt/client';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { pointOf, RETAILER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { BUYER, PROSUMER } from './cast.js';
import { withStory } from './with-story.js';

const RETAILER_POINT = pointOf(RETAILER.id);

describe('06 meter', function () {
    this.timeout(20_000);
    const story = withStory((each) => each.metered());
    const submit = (...readings: readonly SignedReading[]) => story().as(BUYER.id).readings.submit(readings);

    /** What the prosumer's meter said last, changed, and signed by it all the same. */
    const signed = async (change: Partial<SignedReading['reading']>): Promise<SignedReading> => {
        const [, { readings }] = await story().metered();
        const last = readings.find(({ reading }) => reading.pointId === PROSUMER.id);
        expect(last?.reading.sequence).to.equal(2);
        return await story().market.signAsMeter(PROSUMER.id, { ...last?.reading, ...change } as Reading);
    };

    it("puts every meter's registers on the ledger as it signed them, in one transaction that anyone may bring", async () => {
        for (const { readings, submitted } of await story().metered()) {
            expect(submitted.value).to.deep.equal({ accepted: readings.length });
            const slotKey = String(readings[0]?.reading.slot).padStart(10, '0');
            const pointIds = readings.map(({ reading }) => reading.pointId);
            await expectInBlock(story().as(BUYER.id), submitted, {
                chaincode: 'exchange',
                verb: 'reading:submit',
                keys: pointIds.flatMap((pointId) => [`reading/${pointId}/${slotKey}`, `last-reading/${pointId}`]),
                event: { name: 'ReadingsSubmitted/1', payload: { pointIds, readings: readings.length } },
            });
        }
    });

    it('shows the real energy of a slot as the difference of two registers', async () => {
        const readings = await story().as('settlement').readings.list(PROSUMER.id);
        for (const { reading } of readings) {
            expect(reading).to.include(story().market.registersAt(PROSUMER.id, reading.slot));
        }
        expect(readings.map(({ reading }) => reading.sequence)).to.deep.equal([0, 1, 2]);
        const [before, after] = readings.map(({ reading }) => reading.exportWh);
        expect(Number(after) - Number(before), 'Wh fed in within the first slot').to.equal(311);
    });

    it('takes the same reading twice without effect, alone or with others', async () => {
        const [first, second] = await story().metered();
        for (const readings of [first.readings, [...first.readings, ...second.readings]]) {
            const again = await submit(...readings);
            expect(again.value).to.deep.equal({ accepted: 0 });
            await expectNothingWritten(story().as(BUYER.id), again);
        }
    });

    it('takes nothing else for a slot that was read: no altered register, no other sequence', async () => {
        const slot = story().slot(1);
        const { reading } = await signed({});
        const conflict = 'conflict READING_CONFLICT';
        const more = await signed({ exportWh: energyWh(reading.exportWh + 1n) });
        await expectRefusal(submit(more), conflict, { pointId: PROSUMER.id, slot });
        await expectRefusal(submit(await signed({ sequence: 3 })), conflict, { pointId: PROSUMER.id, slot });
        const list = await story().as(BUYER.id).readings.list(PROSUMER.id);
        expect(list.at(-1)?.reading).to.deep.equal(reading);
    });

    it('takes a batch whole or not at all', async () => {
        const [first] = await story().metered();
        const altered = await signed({ slot: story().slot(0), sequence: 1, exportWh: energyWh(1n) });
        await expectRefusal(submit(...first.readings, altered), 'conflict READING_CONFLICT');
    });

    it('takes no reading before the slot is over', async () => {
        const running = story().market.nextSlot - 1;
        const early = await signed({ slot: running, sequence: 3 });
        await expectRefusal(submit(early), 'conflict SLOT_NOT_OVER', { slot: running });
    });

    it('takes readings in order only, and registers that do not run backwards', async () => {
        await story().tickUntil(story().slot(3));
        const slot = story().slot(2);
        const { reading } = await signed({});
        const order = 'conflict READING_OUT_OF_ORDER';
        await expectRefusal(submit(await signed({ slot, sequence: 1 })), order, { sequence: 1, lastSequence: 2 });
        await expectRefusal(submit(await signed({ slot, sequence: 2 })), order, { sequence: 2, lastSequence: 2 });
        const backwards = await signed({ slot, sequence: 3, exportWh: energyWh(reading.exportWh - 1n) });
        await expectRefusal(submit(backwards), 'invalid READING_NOT_MONOTONIC', { pointId: PROSUMER.id, slot });
    });

    it("takes nothing that the point's own meter has not signed", async () => {
        const genuine = await signed({ slot: story().slot(2), sequence: 3 });
        const invalid = 'invalid SIGNATURE_INVALID';
        const altered = {
            ...genuine,
            reading: { ...genuine.reading, exportWh: energyWh(genuine.reading.exportWh + 1n) },
        };
        await expectRefusal(submit(altered), invalid);
        const flipped = genuine.signature.replace(/^./, (digit) => (parseInt(digit, 16) ^ 1).toString(16));
        await expectRefusal(submit({ ...genuine, signature: flipped }), invalid);
        const owner = documentSignerOf(story().market.actors.get(PROSUMER.id).entry.signingKey.privateKey);
        const scope = story().as(BUYER.id).ledger.scope('exchange');
        const body = readingCodec.toJson(genuine.reading);
        const byOwner = await signDocument(owner, 'commonwatt/reading/1', scope, body);
        await expectRefusal(submit({ ...genuine, signature: byOwner.signature }), invalid);
    });

    it('takes nothing from a meter that is not at the point, or for a point without one', async () => {
        const missing = 'notFound METER_MISSING';
        await expectRefusal(submit(await signed({ meterId: 'meter-other' })), missing, { pointId: PROSUMER.id });
        await expectRefusal(submit(await signed({ pointId: 'bld-99' })), missing, { pointId: 'bld-99' });
        await expectRefusal(submit(await signed({ pointId: RETAILER_POINT })), missing, { pointId: RETAILER_POINT });
    });
});
