import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { lastReadingCodec } from '@commonwatt/chaincode/wire/reading';
import { meterExchangeHashOf } from '@commonwatt/chaincode/wire/meter';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import fc from 'fast-check';
import * as commands from '../support/market-commands.js';
import {
    exchangeMeter,
    type Owner,
    readingBy,
    reviewFact,
    type Shown,
    signClosing,
} from '../support/metering-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const POINT = 'anna-point';

describe('exchange: a meter that is exchanged', () => {
    let market: StubMarket;
    let old: Shown;
    const fresh: Shown = { meterId: 'anna-second', key: new SigningKey(), sequence: 0, importWh: 7n };
    const key = (): SigningKey => market.meters.get(POINT) ?? new SigningKey();

    beforeEach(async () => {
        market = await StubMarket.ready();
        await market.advance(FIRST_SLOT, FIRST_SLOT + 8);
        await submit(annas(0, 100n), annas(1, 150n));
        old = { meterId: 'anna-point-meter', key: key(), sequence: 3, importWh: 170n };
    });

    const annas = (n: number, importWh: bigint): ReturnType<typeof commands.signReading> =>
        commands.signReading(key(), commands.readingOf(POINT, FIRST_SLOT + n, importWh, 0n));
    const bySecond = (
        n: number,
        sequence: number,
        importWh: bigint,
        meter = fresh,
    ): ReturnType<typeof commands.signReading> =>
        commands.signReading(meter.key, readingBy(POINT, FIRST_SLOT + n, { ...meter, sequence, importWh }));
    const submit = (...readings: readonly ReturnType<typeof commands.signReading>[]): Promise<unknown> =>
        market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    const refusedReading = (
        code: ErrorCode,
        ...readings: readonly ReturnType<typeof commands.signReading>[]
    ): Promise<unknown> =>
        market.refused(code, 'stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    const exchange = (before: Shown = old, after: Shown = fresh, slot = FIRST_SLOT + 1): Promise<unknown> =>
        market.do('metering', 'exchange', 'meter:exchange', exchangeMeter(POINT, slot, before, after));
    const refused = (code: ErrorCode, before: Shown, after: Shown = fresh, slot = FIRST_SLOT + 1): Promise<unknown> =>
        market.refused(code, 'metering', 'exchange', 'meter:exchange', exchangeMeter(POINT, slot, before, after));
    const imported = async (n: number): Promise<unknown> => {
        for (const name of ['solar', 'bert']) {
            const point = `${name}-point`;
            await submit(market.reading(point, FIRST_SLOT + n, 0n, 0n));
        }
        await market.settle(FIRST_SLOT + n);
        const { points } = await market.settlement(FIRST_SLOT + n);
        const point = points.find(({ pointId }) => pointId === POINT);
        return [String(point?.importWh), point?.quality];
    };

    it('settles the slot of the exchange by what both have counted', async () => {
        await exchange();
        await submit(bySecond(2, 1, 37n), bySecond(3, 2, 40n));
        const slots = [];
        for (const n of [0, 1, 2, 3]) {
            slots.push(await imported(n));
        }
        // 150 to 170 by the old one, 7 to 37 by the new one.
        expect(slots).to.deep.equal(['100', '50', '50', '3'].map((energy) => [energy, 'measured']));
    });

    it('is heard no more; the new one is, of slots that it was there for', async () => {
        await submit(commands.signReading(key(), commands.readingOf(POINT, FIRST_SLOT + 5, 400n, 0n)));
        old = { ...old, sequence: 9, importWh: 420n };
        await exchange(old, fresh, FIRST_SLOT + 5);
        await refusedReading('METER_MISSING', annas(3, 160n));
        await refusedReading(
            'METER_MISSING',
            commands.signReading(key(), commands.readingOf(POINT, FIRST_SLOT + 6, 500n, 0n)),
        );
        await refusedReading('READING_OUT_OF_ORDER', bySecond(4, 1, 7n));
        await refusedReading('READING_NOT_MONOTONIC', bySecond(6, 1, 6n));
        await submit(bySecond(6, 1, 7n));
        await submit(annas(0, 100n));
    });

    it('leaves room for readings of the new one that come late', async () => {
        await exchange();
        await submit(bySecond(6, 5, 90n));
        await refusedReading('READING_NOT_MONOTONIC', bySecond(3, 2, 91n));
        await submit(bySecond(3, 2, 40n), bySecond(2, 1, 37n));
        expect([await imported(0), await imported(1), await imported(2)]).to.deep.equal([
            ['100', 'measured'],
            ['50', 'measured'],
            ['50', 'measured'],
        ]);
    });

    it('is shown with the point, and the same exchange again changes nothing', async () => {
        await exchange();
        const shown = await market.ask('exchange', 'meter:show', canonicalJson({ pointId: POINT }));
        expect(shown).to.deep.include({ meter: { meterId: 'anna-second', publicKey: fresh.key.publicKey } });
        const again = await market.endorse(
            'metering',
            'exchange',
            'meter:exchange',
            exchangeMeter(POINT, FIRST_SLOT + 1, old, fresh),
        );
        expect([again.message, again.writes]).to.deep.equal(['', []]);
        await refused('METER_EXCHANGE_CONFLICT', { ...old, importWh: 171n });
    });

    it('never comes back', async () => {
        await exchange();
        const back = { ...old, key: new SigningKey(), sequence: 0, importWh: 0n };
        await refused('METER_EXCHANGE_CONFLICT', { ...fresh, sequence: 1 }, back);
        const third: Shown = { meterId: 'anna-third', key: new SigningKey(), sequence: 0, importWh: 1_000n };
        await exchange({ ...fresh, sequence: 1, importWh: 17n }, third);
        await submit(bySecond(2, 1, 1_005n, third));
        expect([await imported(0), await imported(1), await imported(2)].at(-1)).to.deep.equal(['35', 'measured']);
    });

    it('is exchanged by the metering seat, with what both meters signed and nothing else', async () => {
        const command = exchangeMeter(POINT, FIRST_SLOT + 1, old, fresh);
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'exchange', 'meter:exchange', command);
        await refused('METER_MISSING', { ...old, meterId: 'other-meter' });
        await refused('SIGNATURE_INVALID', { ...old, key: new SigningKey() });
        await refused('SLOT_NOT_OVER', old, fresh, FIRST_SLOT + 8);
        for (const [before, after, slot] of [
            [{ ...old, sequence: 2 }, fresh],
            [{ ...old, importWh: 149n }, fresh],
            [old, { ...fresh, sequence: 1 }],
            [old, { ...fresh, meterId: 'anna-point-meter' }],
            [old, { ...fresh, key: key() }],
            [old, fresh, FIRST_SLOT],
        ] as const) {
            await refused('METER_EXCHANGE_INVALID', before, after, slot ?? FIRST_SLOT + 1);
        }
        // A closing is no reading, and no reading a closing.
        const closing = signClosing(key(), readingBy(POINT, FIRST_SLOT + 2, old));
        await refusedReading('SIGNATURE_INVALID', closing);
    });

    const dead: Shown = { meterId: 'anna-point-meter', key: new SigningKey(), sequence: 0, importWh: 0n };
    const bury = (slot: number, owner?: Owner | null): string =>
        exchangeMeter(POINT, slot, dead, fresh, { isDead: true, ...(owner === undefined ? {} : { owner }) });

    it('attack: an officer puts a meter of its own in the place of an honest one, which even closes', async () => {
        for (const [owner, code] of [
            [{ participantId: 'anna', key: market.who('metering').key }, 'SIGNATURE_INVALID'],
            [{ participantId: 'solar', key: market.who('solar').key }, 'SIGNATURE_MISSING'],
            [null, 'FACT_NOT_CONFIRMED'],
        ] as const) {
            const command = exchangeMeter(POINT, FIRST_SLOT + 1, old, fresh, { owner });
            await market.refused(code, 'metering', 'exchange', 'meter:exchange', command);
        }
    });

    it('attack: officer and owner call a meter dead whose last registers they do not like', async () => {
        // Two slots is how long settlement waits for readings here.
        await market.refused('METER_EXCHANGE_INVALID', 'metering', 'exchange', 'meter:exchange', bury(FIRST_SLOT + 2));
        await market.do('metering', 'exchange', 'meter:exchange', bury(FIRST_SLOT + 3));
        await submit(bySecond(4, 1, 17n));
        const { reading, counted } = lastReadingCodec.decode(market.stored(`last-reading/${POINT}`));
        // Nothing tells more than the last reading did, so the point goes on from there, whatever anybody says.
        expect([reading.importWh, counted.importWh]).to.deep.equal([17n, 160n]);
        expect([await imported(0), await imported(1)].at(-1)).to.deep.equal(['50', 'measured']);
        for (const n of [2, 3, 4]) {
            expect(((await imported(n)) as readonly unknown[])[1], `slot ${String(n)}`).to.equal('estimated');
        }
        await refusedReading('METER_MISSING', annas(3, 400n));
    });

    it('attack: the owner has gone and nobody else may say so at once; the regulator may, after a day of notice', async () => {
        const { meterId, key: newKey } = fresh;
        const statement = {
            pointId: POINT,
            oldMeterId: dead.meterId,
            meter: { meterId, publicKey: newKey.publicKey },
            isDead: true,
        };
        const fact = { kind: 'meterExchange' as const, subjectId: POINT, factHash: meterExchangeHashOf(statement) };
        const reviewer = market.who('reviewer');
        const from = FIRST_SLOT + 9 + 96;
        const confirm = (fromSlot: number | null, subjectId = POINT): string =>
            reviewFact(reviewer, { ...fact, subjectId, finding: 'confirmed', fromSlot });
        await market.refused('SLOT_BEGUN', 'reviewer', 'supervision', 'fact:confirm', confirm(from - 1));
        await market.refused('INPUT_INVALID', 'reviewer', 'supervision', 'fact:confirm', confirm(null));
        await market.refused('CALLER_NOT_SEATED', 'metering', 'supervision', 'fact:confirm', confirm(from));
        await market.do('reviewer', 'supervision', 'fact:confirm', confirm(from));
        const buried = bury(FIRST_SLOT + 4, null);
        await market.refused('SLOT_NOT_OVER', 'metering', 'exchange', 'meter:exchange', buried);
        const objected = market.copy();
        const reject = reviewFact(reviewer, { ...fact, finding: 'rejected', fromSlot: null });
        await objected.do('reviewer', 'supervision', 'fact:reject', reject);
        for (const each of [market, objected]) {
            await each.advance(FIRST_SLOT + 9, from - 5);
            await each.advance(from - 4, from);
        }
        await market.refused('FACT_REVIEWED', 'reviewer', 'supervision', 'fact:reject', reject);
        await market.do('metering', 'exchange', 'meter:exchange', buried);
        await objected.refused('FACT_NOT_CONFIRMED', 'metering', 'exchange', 'meter:exchange', buried);
    });

    it('loses and doubles nothing, whenever and whatever the meters show', async () => {
        const energy = fc.bigInt({ min: 0n, max: 500n });
        const taken = fc.array(energy, { minLength: 6, maxLength: 6 });
        await holds(
            fc.asyncProperty(taken, energy, energy, fc.integer({ min: 0, max: 4 }), async (took, part, start, at) => {
                market = await StubMarket.ready();
                await market.advance(FIRST_SLOT, FIRST_SLOT + 8);
                let register = 0n;
                let meter: Shown = { meterId: 'anna-point-meter', key: key(), sequence: 0, importWh: 0n };
                for (const [n, wh] of took.entries()) {
                    if (n === at + 1) {
                        const closing = { ...meter, sequence: meter.sequence + 1, importWh: register + part };
                        const opening = { ...fresh, importWh: start };
                        await exchange(closing, opening, FIRST_SLOT + at);
                        [meter, register] = [opening, start - part];
                    }
                    register += wh < part && n === at + 1 ? part : wh;
                    meter = { ...meter, sequence: meter.sequence + 1, importWh: register };
                    await submit(commands.signReading(meter.key, readingBy(POINT, FIRST_SLOT + n, meter)));
                }
                for (const [n, wh] of took.entries()) {
                    const expected = wh < part && n === at + 1 ? part : wh;
                    expect(await imported(n)).to.deep.equal([String(expected), 'measured']);
                }
            }),
            { runs: 20, seconds: 5 },
        );
    });
});
