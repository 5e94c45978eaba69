import { CALORIFIC_DAYS, type CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import type { Reading } from '@commonwatt/chaincode/domain/reading';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { registerMeterCodec } from '@commonwatt/chaincode/wire/meter';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import {
    calorificOf,
    confirmLaboratory,
    exchangeMeter,
    gas,
    type Laboratory,
    publishCalorific,
    readingBy,
    registerSource,
    reviewCalorific,
    type Shown,
} from '../support/metering-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const WITH_GAS: Rules = { ...RULES, carriers: { ...RULES.carriers, gas: ELECTRICITY_RULES } };

describe('exchange: gas', () => {
    const meter = new SigningKey();
    const boiler: Shown = { meterId: 'anna-gas-meter', key: meter, sequence: 0, importWh: 0n };
    const point = commands.pointOf('anna', 'gas');
    let market: StubMarket;

    beforeEach(async () => {
        market = await StubMarket.established(CHARTER, WITH_GAS);
        await market.do(
            'anna',
            'exchange',
            'participant:apply',
            commands.apply(market.who('anna'), 'anna', 'consumer'),
        );
        await market.do('metering', 'exchange', 'meter:register', registration(gas(0n)));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 8);
    });

    const registration = (volume: Reading['volume'], place: typeof point = point): string => {
        const metered = { ...place, meter: { meterId: boiler.meterId, publicKey: meter.publicKey } };
        return registerMeterCodec.encode({
            point: metered,
            baseline: commands.signReading(meter, readingBy(place.pointId, place.fromSlot - 1, { ...boiler, volume })),
            consents: [commands.consentToPoint(metered, 'anna', market.who('anna').key)],
        });
    };
    const read = (n: number, importWh: bigint, volume: Reading['volume']): ReturnType<typeof commands.signReading> =>
        commands.signReading(
            meter,
            readingBy(point.pointId, FIRST_SLOT + n, { ...boiler, sequence: n + 1, importWh, volume }),
        );
    const submit = (...readings: readonly ReturnType<typeof commands.signReading>[]): Promise<unknown> =>
        market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    const laboratory: Laboratory = { sourceId: 'laboratory', key: new SigningKey() };
    const publish = (statement: CalorificStatement, by: Laboratory | null = null): Promise<unknown> => {
        const command = publishCalorific(market.who('metering'), statement, by);
        return market.do('metering', 'exchange', 'calorific:publish', command);
    };
    const review = (statement: CalorificStatement, finding: 'confirmed' | 'rejected' = 'confirmed'): Promise<unknown> =>
        market.do(
            'reviewer',
            'supervision',
            finding === 'confirmed' ? 'fact:confirm' : 'fact:reject',
            reviewCalorific(market.who('reviewer'), statement, finding),
        );
    const publishConfirmed = async (n: number, count: number, value: bigint): Promise<void> => {
        const statement = calorificOf(FIRST_SLOT + n, count, value);
        await publish(statement);
        await review(statement);
    };
    const registerLaboratory = async (): Promise<void> => {
        const registered = registerSource(laboratory.sourceId, laboratory.key);
        await market.do('metering', 'exchange', 'source:register', registered);
    };
    const knowLaboratory = async (): Promise<void> => {
        await registerLaboratory();
        const known = confirmLaboratory(market.who('reviewer'), laboratory);
        await market.do('reviewer', 'supervision', 'fact:confirm', known);
    };
    const settled = async (n: number): Promise<unknown> => {
        const slot = canonicalJson({ carrier: 'gas', slot: FIRST_SLOT + n });
        await market.do('stranger', 'exchange', 'settlement:run', slot);
        const { points } = await market.settlement(FIRST_SLOT + n, 'gas');
        return [String(points[0]?.importWh), points[0]?.quality];
    };

    it('is counted by the published calorific value where its volume was read, else by the meter’s own', async () => {
        await submit(read(0, 1_100n, gas(100n)), read(1, 2_211n, gas(201n)), read(2, 3_300n, gas(300n)));
        await publishConfirmed(1, 1, 11_257n);
        // 101 l × 11.257 Wh/l = 1 136.957
        expect([await settled(0), await settled(1), await settled(2)]).to.deep.equal([
            ['1100', 'measured'],
            ['1136', 'measured'],
            ['1089', 'measured'],
        ]);
    });

    it('is estimated in energy, which a published value does not change', async () => {
        await submit(read(0, 1_100n, gas(100n)), read(2, 3_300n, gas(300n)), read(3, 4_400n, gas(400n)));
        await publishConfirmed(0, 4, 12_000n);
        expect([await settled(0), await settled(1), await settled(2), await settled(3)]).to.deep.equal([
            ['1200', 'measured'],
            ['1100', 'estimated'],
            ['1100', 'estimated'],
            ['1200', 'measured'],
        ]);
    });

    it('keeps its volume over an exchange of the meter', async () => {
        await submit(read(0, 1_100n, gas(100n)));
        const next: Shown = {
            meterId: 'anna-gas-second',
            key: new SigningKey(),
            sequence: 0,
            importWh: 50n,
            volume: gas(9_000n),
        };
        const closing: Shown = { ...boiler, sequence: 2, importWh: 1_540n, volume: gas(140n) };
        const withoutVolume = exchangeMeter(point.pointId, FIRST_SLOT, closing, { ...next, volume: null });
        await market.refused('METER_EXCHANGE_INVALID', 'metering', 'exchange', 'meter:exchange', withoutVolume);
        const unread = exchangeMeter(point.pointId, FIRST_SLOT, { ...closing, volume: gas(99n) }, next);
        await market.refused('METER_EXCHANGE_INVALID', 'metering', 'exchange', 'meter:exchange', unread);
        await market.do(
            'metering',
            'exchange',
            'meter:exchange',
            exchangeMeter(point.pointId, FIRST_SLOT, closing, next),
        );
        const reading = readingBy(point.pointId, FIRST_SLOT + 1, {
            ...next,
            sequence: 1,
            importWh: 710n,
            volume: gas(9_060n),
        });
        await submit(commands.signReading(next.key, reading));
        await publishConfirmed(1, 1, 11_500n);
        await settled(0);
        expect(await settled(1)).to.deep.equal(['1150', 'measured']);
    });

    it('needs the volume with every reading, and no other carrier tells one', async () => {
        const later = { ...point, pointId: 'anna-other', fromSlot: FIRST_SLOT + 9 };
        for (const silent of [registration(null, later), registration(gas(0n), { ...later, carrier: 'heat' })]) {
            await market.refused('INPUT_INVALID', 'metering', 'exchange', 'meter:register', silent);
        }
        const refused = (
            code: 'INPUT_INVALID' | 'READING_NOT_MONOTONIC',
            reading: ReturnType<typeof read>,
        ): Promise<unknown> =>
            market.refused(code, 'stranger', 'exchange', 'reading:submit', commands.submitReadings(reading));
        await refused('INPUT_INVALID', read(0, 1_100n, null));
        await submit(read(1, 1_100n, gas(100n)));
        await refused('READING_NOT_MONOTONIC', read(2, 1_200n, gas(99n)));
        await refused('READING_NOT_MONOTONIC', read(0, 1_000n, gas(101n)));
    });

    it('attack: the operator alone publishes a value that doubles a bill', async () => {
        await submit(read(0, 1_100n, gas(100n)), read(1, 2_200n, gas(200n)));
        await publish(calorificOf(FIRST_SLOT, 2, 22_000n));
        expect(await settled(0), 'nobody has confirmed it').to.deep.equal(['1100', 'measured']);
        await review(calorificOf(FIRST_SLOT, 2, 22_000n), 'rejected');
        // What it publishes next is another fact, confirmed of other slots.
        await publish(calorificOf(FIRST_SLOT, 2, 22_000n, 2));
        await review(calorificOf(FIRST_SLOT + 4, 2, 22_000n, 2));
        expect(await settled(1)).to.deep.equal(['1100', 'measured']);
    });

    it('attack: the operator makes itself a laboratory', async () => {
        await registerLaboratory();
        const attested = publishCalorific(market.who('metering'), calorificOf(FIRST_SLOT, 1, 22_000n), laboratory);
        await market.refused('FACT_NOT_CONFIRMED', 'metering', 'exchange', 'calorific:publish', attested);
        const known = confirmLaboratory(market.who('reviewer'), laboratory);
        await market.do('reviewer', 'supervision', 'fact:confirm', known);
        const forged = { ...laboratory, key: market.who('metering').key };
        const byOther = publishCalorific(market.who('metering'), calorificOf(FIRST_SLOT, 1, 22_000n), forged);
        await market.refused('SIGNATURE_INVALID', 'metering', 'exchange', 'calorific:publish', byOther);
        const unknown = { ...laboratory, sourceId: 'elsewhere' };
        const nowhere = publishCalorific(market.who('metering'), calorificOf(FIRST_SLOT, 1, 22_000n), unknown);
        await market.refused('SOURCE_MISSING', 'metering', 'exchange', 'calorific:publish', nowhere);
    });

    it('counts at once by the first value of a laboratory; a second one is a correction, to be confirmed', async () => {
        await knowLaboratory();
        await submit(read(0, 1_100n, gas(100n)), read(1, 2_200n, gas(200n)));
        const [first, second] = [calorificOf(FIRST_SLOT, 2, 12_000n), calorificOf(FIRST_SLOT, 2, 13_000n, 2)];
        await publish(first, laboratory);
        await publish(second, laboratory);
        expect(await settled(0)).to.deep.equal(['1200', 'measured']);
        await review(second);
        expect(await settled(1)).to.deep.equal(['1300', 'measured']);
        // The slot before is put right by its next correction.
        const [r1] = RULES.reconciliationAfterSlots;
        await market.advance(FIRST_SLOT + 9, FIRST_SLOT + 1 + r1);
        const corrected = await market.reconcile(FIRST_SLOT, 1, 'gas');
        expect(corrected.points.map(({ importWh }) => importWh)).to.deep.equal([1_300n]);
    });

    it('counts no more by a laboratory’s value that the regulator has rejected', async () => {
        await knowLaboratory();
        await submit(read(0, 1_100n, gas(100n)));
        await publish(calorificOf(FIRST_SLOT, 1, 12_000n), laboratory);
        await review(calorificOf(FIRST_SLOT, 1, 12_000n), 'rejected');
        expect(await settled(0)).to.deep.equal(['1100', 'measured']);
    });

    it('attack: a laboratory’s value is kept back until everybody has forgotten the slot', async () => {
        await knowLaboratory();
        await submit(read(0, 1_100n, gas(100n)));
        const until = FIRST_SLOT + slotsOfDays(CHARTER, CALORIFIC_DAYS);
        for (let from = FIRST_SLOT + 9; from <= until; from += 96) {
            await market.advance(from, Math.min(from + 95, until));
        }
        await publish(calorificOf(FIRST_SLOT, 1, 12_000n), laboratory);
        expect(await settled(0)).to.deep.equal(['1100', 'measured']);
        await review(calorificOf(FIRST_SLOT, 1, 12_000n));
        expect((await market.reconcile(FIRST_SLOT, 1, 'gas')).points[0]?.importWh).to.equal(1_200n);
    });

    it('has each version of its calorific value published once for each slot that is over, by the metering seat', async () => {
        const metering = market.who('metering');
        const command = publishCalorific(metering, calorificOf(FIRST_SLOT, 4, 11_200n));
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'exchange', 'calorific:publish', command);
        const forged = publishCalorific(market.who('anna'), calorificOf(FIRST_SLOT, 4, 11_200n));
        await market.refused('SIGNATURE_INVALID', 'metering', 'exchange', 'calorific:publish', forged);
        const early = publishCalorific(metering, calorificOf(FIRST_SLOT + 5, 4, 11_200n));
        const { operands } = await market.refused('SLOT_NOT_OVER', 'metering', 'exchange', 'calorific:publish', early);
        expect(operands).to.deep.equal({ slot: FIRST_SLOT + 8 });
        await market.do('metering', 'exchange', 'calorific:publish', command);
        const wider = await market.do(
            'metering',
            'exchange',
            'calorific:publish',
            publishCalorific(metering, calorificOf(FIRST_SLOT + 2, 4, 11_200n)),
        );
        expect(wider.writes.map(({ key }) => key)).to.deep.equal(['calorific/0000001004', 'calorific/0000001005']);
        for (const version of [1, 3]) {
            const other = publishCalorific(metering, calorificOf(FIRST_SLOT + 5, 2, 11_201n, version));
            await market.refused('CALORIFIC_CONFLICT', 'metering', 'exchange', 'calorific:publish', other);
        }
        const shown = await market.ask('exchange', 'calorific:show', canonicalJson({ slot: FIRST_SLOT + 4 }));
        expect(shown).to.have.nested.property('versions[0].statement.calorificWhPerM3', '11200');
        const unknown = canonicalJson({ slot: FIRST_SLOT + 6 });
        await market.refused('CALORIFIC_MISSING', 'anna', 'exchange', 'calorific:show', unknown);
    });
});
