import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { registerMeterCodec } from '@commonwatt/chaincode/wire/meter';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { CHARTER, FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const page = (more: Readonly<Record<string, Json>> = {}): string =>
    canonicalJson({ bookmark: '', pageSize: 50, ...more });

describe('exchange: clock', () => {
    const advance = (fromSlot: number, toSlot: number): string => advanceCodec.encode({ fromSlot, toSlot });
    const begun = async (market: StubMarket, slot: number): Promise<unknown> =>
        market.ask('exchange', 'clock:show', canonicalJson({ slot }));

    it('of a virtual market is told by the platform’s seat', async () => {
        const market = await StubMarket.established();
        const one = advance(FIRST_SLOT, FIRST_SLOT);
        await market.refused('CALLER_NOT_SEATED', 'stranger', 'exchange', 'clock:advance', one);
        await market.refused('CALLER_NOT_SEATED', 'metering', 'exchange', 'clock:advance', one);
        const { event, writes } = await market.do('platform', 'exchange', 'clock:advance', one);
        expect(event?.payload).to.equal(one);
        expect(writes.map((write) => write.key)).to.deep.equal([`tick/000000${FIRST_SLOT}`]);
        const gap = advance(FIRST_SLOT + 2, FIRST_SLOT + 2);
        await market.refused('CLOCK_OUT_OF_ORDER', 'platform', 'exchange', 'clock:advance', gap);
    });

    it('says what has begun: the ticked slots and all before the first', async () => {
        const market = await StubMarket.established();
        await market.advance(FIRST_SLOT);
        expect(await begun(market, FIRST_SLOT)).to.deep.equal({ begun: true });
        expect(await begun(market, FIRST_SLOT + 1)).to.deep.equal({ begun: false });
        expect(await begun(market, FIRST_SLOT - 1)).to.deep.equal({ begun: true });
    });

    it('of a real market is told by anyone, when it is due', async () => {
        const nowSlot = Math.floor(Date.now() / 900_000);
        const market = await StubMarket.established({ ...CHARTER, clock: 'real', firstSlot: nowSlot - 1 });
        await market.refused(
            'CLOCK_NOT_DUE',
            'stranger',
            'exchange',
            'clock:advance',
            advance(nowSlot - 1, nowSlot + 2),
        );
        await market.do('stranger', 'exchange', 'clock:advance', advance(nowSlot - 1, nowSlot));
        expect(await begun(market, nowSlot)).to.deep.equal({ begun: true });
        expect(await begun(market, nowSlot + 2)).to.deep.equal({ begun: false });
    });

    it('refuses transactions whose time an endorser cannot believe', async () => {
        const market = await StubMarket.established();
        for (const timeMs of [Date.now() - 90_000, Date.now() + 30_000, NaN, 8.64e15 + 1]) {
            const answer = await market.ledger.endorse({
                chaincode: 'exchange',
                args: ['clock:show', '{"slot":1}'],
                creator: market.who('anna').creator,
                timeMs,
            });
            expect(answer.message).to.match(/^TRANSACTION_TIME_REFUSED /);
        }
    });
});

describe('exchange: participant', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('applies for itself and exists from then on', async () => {
        const { event } = await market.do(
            'anna',
            'exchange',
            'participant:apply',
            commands.apply(market.who('anna'), 'anna', 'consumer'),
        );
        expect(event?.payload).to.equal('{"kind":"consumer","participantId":"anna"}');
        expect(await market.ask('exchange', 'participant:show', '{"participantId":"anna"}')).to.include({
            mspId: 'CommunityMSP',
            subjectHash: market.who('anna').subjectHash,
        });
        expect(await market.ask('exchange', 'participant:list', page())).to.have.nested.property('items[0]');
    });

    it('tells its sector as an end user, and only then', async () => {
        const retail = market.who('retail');
        const application = (name: 'anna' | 'retail', sector: 'commercial' | null): string => {
            const kind = name === 'anna' ? 'consumer' : 'energySeller';
            return commands.apply(name === 'anna' ? market.who('anna') : retail, name, kind, sector);
        };
        const wrong = await market.refused(
            'SECTOR_INVALID',
            'anna',
            'exchange',
            'participant:apply',
            application('anna', null),
        );
        expect(wrong.operands).to.deep.equal({ participantId: 'anna', kind: 'consumer', sector: null });
        const seller = application('retail', 'commercial');
        await market.refused('SECTOR_INVALID', 'retail', 'exchange', 'participant:apply', seller);
        await market.do('anna', 'exchange', 'participant:apply', application('anna', 'commercial'));
        await market.do('retail', 'exchange', 'participant:apply', application('retail', null));
    });

    it('is refused for another side’s kind, without its key, under a taken id or with a bound certificate', async () => {
        const [anna, bert] = [market.who('anna'), market.who('bert')];
        const seller = commands.apply(anna, 'anna', 'energySeller');
        await market.refused('ORG_NOT_ADMITTED', 'anna', 'exchange', 'participant:apply', seller);
        const regulator = commands.apply(market.who('reviewer'), 'reviewer', 'consumer');
        await market.refused('ORG_NOT_ADMITTED', 'reviewer', 'exchange', 'participant:apply', regulator);
        const outsider = commands.apply(market.who('outsideAdmin'), 'outsider', 'consumer');
        await market.refused('ORG_NOT_ADMITTED', 'outsideAdmin', 'exchange', 'participant:apply', outsider);

        const own = JSON.parse(commands.apply(anna, 'anna', 'consumer')) as Record<'application' | 'signature', Json>;
        const others = JSON.parse(commands.apply(bert, 'anna', 'consumer')) as typeof own;
        const stolen = canonicalJson({ ...own, signature: others.signature });
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'participant:apply', stolen);

        await market.do('anna', 'exchange', 'participant:apply', canonicalJson(own));
        const squatter = commands.apply(bert, 'anna', 'consumer');
        await market.refused('PARTICIPANT_CONFLICT', 'bert', 'exchange', 'participant:apply', squatter);
        const second = commands.apply(anna, 'anna-2', 'consumer');
        const { operands } = await market.refused('SUBJECT_TAKEN', 'anna', 'exchange', 'participant:apply', second);
        expect(operands).to.deep.equal({ participantId: 'anna' });
        await market.refused('PARTICIPANT_MISSING', 'anna', 'exchange', 'participant:show', '{"participantId":"bert"}');
    });
});

describe('exchange: an application that somebody else saw on its way', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('attack: is sent first, under the certificate of who saw it, to get the deposits of its pseudonym', async () => {
        const seen = commands.apply(market.who('anna'), 'anna', 'consumer');
        const { operands } = await market.refused(
            'CALLER_NOT_PARTICIPANT',
            'bert',
            'exchange',
            'participant:apply',
            seen,
        );
        expect(operands).to.deep.equal({ participantId: 'anna' });
        await market.do('anna', 'exchange', 'participant:apply', seen);
    });

    it('attack: names another certificate than the one that its key signed for', async () => {
        const [anna, bert] = [market.who('anna'), market.who('bert')];
        const seen = JSON.parse(commands.apply(anna, 'anna', 'consumer')) as { application: object; signature: string };
        const { subjectHash } = bert;
        const redirected = canonicalJson({ ...seen, application: { ...seen.application, subjectHash } });
        await market.refused('SIGNATURE_INVALID', 'bert', 'exchange', 'participant:apply', redirected);
    });

    it('attack: names another organisation beside the certificate’s own', async () => {
        const bert = { ...market.who('bert'), mspId: 'SupplierMSP' };
        const seller = commands.apply(bert, 'bert', 'energySeller');
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', 'participant:apply', seller);
    });
});

describe('exchange: meter', () => {
    let market: StubMarket;
    const meter = new SigningKey();
    beforeEach(async () => {
        market = await StubMarket.established();
        await market.do(
            'anna',
            'exchange',
            'participant:apply',
            commands.apply(market.who('anna'), 'anna', 'consumer'),
        );
    });

    it('is registered with its baseline from a coming slot on', async () => {
        const command = commands.registerMeter(commands.pointOf('anna'), meter);
        const { writes, event } = await market.do('metering', 'exchange', 'meter:register', command);
        expect(writes.map((write) => write.key)).to.deep.equal([
            'last-reading/anna-point',
            'metering-point/anna-point',
            'point-from-slot/electricity/0000001000/anna-point',
            'reading/anna-point/0000000999',
        ]);
        expect(event?.name).to.equal('MeterRegistered/1');
        expect(await market.ask('exchange', 'meter:show', '{"pointId":"anna-point"}')).to.include({
            participantId: 'anna',
        });
        expect(await market.ask('exchange', 'meter:list', page())).to.have.nested.property('items[0].pointId');
        const moved = commands.registerMeter({ ...commands.pointOf('anna'), connectionPoint: 'bus-2' }, meter);
        await market.refused('METER_CONFLICT', 'metering', 'exchange', 'meter:register', moved);
    });

    it('is refused without the seat, for nobody, or for a slot that has begun', async () => {
        const command = commands.registerMeter(commands.pointOf('anna'), meter);
        await market.refused('CALLER_NOT_SEATED', 'anna', 'exchange', 'meter:register', command);
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'exchange', 'meter:register', command);
        const nobody = commands.registerMeter(commands.pointOf('nobody'), meter, { nobody: new SigningKey() });
        await market.refused('PARTICIPANT_MISSING', 'metering', 'exchange', 'meter:register', nobody);
        const before = commands.registerMeter({ ...commands.pointOf('anna'), fromSlot: FIRST_SLOT - 1 }, meter);
        const { operands } = await market.refused('SLOT_BEGUN', 'metering', 'exchange', 'meter:register', before);
        expect(operands, 'nothing begins before the first slot').to.deep.equal({ slot: FIRST_SLOT - 1 });
        await market.advance(FIRST_SLOT);
        await market.refused('SLOT_BEGUN', 'metering', 'exchange', 'meter:register', command);
        await market.refused('METER_MISSING', 'anna', 'exchange', 'meter:show', '{"pointId":"anna-point"}');
    });

    it('attack: an officer registers a phantom point in anna’s name, and bills her for what its own meter counts', async () => {
        const point = commands.pointOf('anna');
        const officer = { anna: market.who('metering').key };
        const bert = { bert: market.who('bert').key };
        for (const [place, by, code] of [
            [point, officer, 'SIGNATURE_INVALID'],
            [point, {}, 'SIGNATURE_MISSING'],
            [point, bert, 'SIGNATURE_MISSING'],
        ] as const) {
            for (const key of [meter, null]) {
                const command = commands.registerMeter(place, key, by);
                await market.refused(code, 'metering', 'exchange', 'meter:register', command);
            }
        }
        // What she signed for one meter counts for no other, and not once she has taken it back.
        const { consents, ...rest } = registerMeterCodec.decode(commands.registerMeter(point, meter));
        const other = registerMeterCodec.decode(commands.registerMeter(point, new SigningKey()));
        const moved = registerMeterCodec.encode({ ...other, consents });
        await market.refused('SIGNATURE_INVALID', 'metering', 'exchange', 'meter:register', moved);
        await market.do('metering', 'exchange', 'meter:register', registerMeterCodec.encode({ ...rest, consents }));
    });

    it('attack: a sub-meter behind somebody’s point, which had consented to nothing, takes what it counted', async () => {
        await market.do(
            'bert',
            'exchange',
            'participant:apply',
            commands.apply(market.who('bert'), 'bert', 'prosumer'),
        );
        const annas = commands.registerMeter(commands.pointOf('anna'), meter);
        await market.do('metering', 'exchange', 'meter:register', annas);
        const behind = { ...commands.pointOf('bert'), parentPointId: 'anna-point' };
        const alone = commands.registerMeter(behind, new SigningKey());
        const { operands } = await market.refused('SIGNATURE_MISSING', 'metering', 'exchange', 'meter:register', alone);
        expect(operands).to.include({ participantId: 'anna' });
        const owners = { bert: market.who('bert').key, anna: market.who('anna').key };
        await market.do(
            'metering',
            'exchange',
            'meter:register',
            commands.registerMeter(behind, new SigningKey(), owners),
        );
    });

    it('is refused where its owner’s kind trades, stores or generates nothing', async () => {
        const point = commands.pointOf('anna');
        for (const changes of [
            { carrier: 'mobility' as const },
            { storageEfficiencyBp: 9_000 },
            { isRenewable: true },
        ]) {
            const command = commands.registerMeter({ ...point, ...changes }, meter);
            const { operands } = await market.refused(
                'POINT_NOT_OF_KIND',
                'metering',
                'exchange',
                'meter:register',
                command,
            );
            expect(operands).to.include({ pointId: 'anna-point', kind: 'consumer' });
        }
    });

    it('is refused with a baseline that is not its own', async () => {
        const point = {
            ...commands.pointOf('anna'),
            meter: { meterId: 'anna-point-meter', publicKey: meter.publicKey },
        };
        const baseline = { ...commands.readingOf('anna-point', FIRST_SLOT - 1, 0n, 0n), sequence: 0 };
        const register = (changes: object, by = meter): string =>
            registerMeterCodec.encode({
                point,
                baseline: commands.signReading(by, { ...baseline, ...changes }),
                consents: [commands.consentToPoint(point, 'anna', market.who('anna').key)],
            });
        const forged = register({}, new SigningKey());
        await market.refused('SIGNATURE_INVALID', 'metering', 'exchange', 'meter:register', forged);
        for (const changes of [
            { pointId: 'bert-point' },
            { meterId: 'other-meter' },
            { sequence: 1 },
            { slot: FIRST_SLOT },
        ]) {
            await market.refused('INPUT_INVALID', 'metering', 'exchange', 'meter:register', register(changes));
        }
        const consents = [commands.consentToPoint(point, 'anna', market.who('anna').key)];
        const without = registerMeterCodec.encode({ point, baseline: null, consents });
        await market.refused('INPUT_INVALID', 'metering', 'exchange', 'meter:register', without);
        const bare = { ...point, meter: null };
        const scheduled = registerMeterCodec.encode({
            point: bare,
            baseline: commands.signReading(meter, baseline),
            consents: [commands.consentToPoint(bare, 'anna', market.who('anna').key)],
        });
        await market.refused('INPUT_INVALID', 'metering', 'exchange', 'meter:register', scheduled);
    });
});

describe('exchange: halt', () => {
    let market: StubMarket;
    const lift = (nextSlot: number): string => liftCodec.encode({ carrier: 'electricity', nextSlot });
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('is set and lifted by the dispatcher', async () => {
        const dispatcher = market.who('dispatcher');
        await market.do('dispatcher', 'exchange', 'halt:set', commands.halt(dispatcher, 'exchange'));
        const { writes } = await market.do('dispatcher', 'exchange', 'halt:lift', lift(FIRST_SLOT + 2));
        expect(writes.map((write) => write.key)).to.deep.equal([
            'halt-period/electricity/0000001000',
            'halt/electricity',
        ]);
        expect(await market.ask('exchange', 'halt:show', '{"carrier":"electricity"}')).to.include({
            mspId: 'OperatorMSP',
            liftedSlot: FIRST_SLOT + 2,
        });
    });

    it('is refused without seat or signature, for slots that have begun, or where there is none', async () => {
        const command = commands.halt(market.who('dispatcher'), 'exchange');
        await market.refused('CALLER_NOT_SEATED', 'reviewer', 'exchange', 'halt:set', command);
        await market.refused('CALLER_NOT_SEATED', 'platform', 'exchange', 'halt:lift', lift(FIRST_SLOT));
        const forged = commands.halt(market.who('platform'), 'exchange');
        await market.refused('SIGNATURE_INVALID', 'dispatcher', 'exchange', 'halt:set', forged);
        await market.refused('HALT_MISSING', 'dispatcher', 'exchange', 'halt:lift', lift(FIRST_SLOT));
        await market.refused('HALT_MISSING', 'anna', 'exchange', 'halt:show', '{"carrier":"electricity"}');
        const short = commands.halt(market.who('dispatcher'), 'exchange', { untilSlot: FIRST_SLOT });
        await market.refused('HALT_INVALID', 'dispatcher', 'exchange', 'halt:set', short);
        await market.do('dispatcher', 'exchange', 'halt:set', command);
        const renewed = commands.halt(market.who('dispatcher'), 'exchange', {
            fromSlot: FIRST_SLOT + 4,
            untilSlot: FIRST_SLOT + 5,
        });
        await market.refused('HALT_CONFLICT', 'dispatcher', 'exchange', 'halt:set', renewed);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 4);
        await market.refused('SLOT_BEGUN', 'dispatcher', 'exchange', 'halt:lift', lift(FIRST_SLOT + 3));
        const past = commands.halt(market.who('dispatcher'), 'exchange', {
            fromSlot: FIRST_SLOT + 1,
            untilSlot: FIRST_SLOT + 2,
        });
        await market.refused('SLOT_BEGUN', 'dispatcher', 'exchange', 'halt:set', past);
    });
});
