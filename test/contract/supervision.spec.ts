import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const lift = (nextSlot: number): string => liftCodec.encode({ carrier: 'electricity', nextSlot });

describe('supervision: seat', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('is listed with its officer', async () => {
        const page = (await market.ask('supervision', 'seat:list', '{"bookmark":"","pageSize":3}')) as {
            items: { kind: string }[];
            bookmark: string;
        };
        expect(page.items.map((seat) => seat.kind)).to.deep.equal(['dispatcher', 'metering', 'platform']);
        const rest = (await market.ask(
            'supervision',
            'seat:list',
            canonicalJson({ bookmark: page.bookmark, pageSize: 3 }),
        )) as typeof page;
        expect(rest.items.map((seat) => seat.kind)).to.deep.equal(['reviewer', 'settlement']);
        expect(rest.bookmark).to.equal('');
    });

    it('needs an administrator of the organisation that may name it', async () => {
        const reviewer = commands.grantSeat('reviewer', market.who('stranger'));
        await market.refused('CALLER_NOT_ADMIN', 'stranger', 'supervision', 'seat:grant', reviewer);
        await market.refused('ORG_NOT_ADMITTED', 'communityAdmin', 'supervision', 'seat:grant', reviewer);
        await market.refused('ORG_NOT_ADMITTED', 'regulatorAdmin', 'supervision', 'seat:grant', reviewer);
        const dispatcher = commands.grantSeat('dispatcher', market.who('reviewer'));
        await market.refused('ORG_NOT_ADMITTED', 'regulatorAdmin', 'supervision', 'seat:grant', dispatcher);
        const voter = commands.grantSeat('voter', market.who('stranger'));
        await market.do('communityAdmin', 'supervision', 'seat:grant', voter);
    });

    it('is bound to one key', async () => {
        const { mspId, subjectHash } = market.who('metering');
        const { key } = market.who('stranger');
        const other = commands.grantSeat('metering', { ...market.who('metering'), mspId, subjectHash, key });
        await market.refused('SEAT_CONFLICT', 'operatorAdmin', 'supervision', 'seat:grant', other);
    });

    it('waits for the charter', async () => {
        const bare = await StubMarket.bare();
        const command = commands.grantSeat('reviewer', bare.who('reviewer'));
        await bare.refused('CHARTER_MISSING', 'regulatorAdmin', 'supervision', 'seat:grant', command);
    });
});

describe('supervision: qualification', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('is granted, suspended, granted again and revoked by the reviewer', async () => {
        const reviewer = market.who('reviewer');
        const states = [
            ['qualification:grant', 'granted'],
            ['qualification:suspend', 'suspended'],
            ['qualification:grant', 'granted'],
            ['qualification:revoke', 'revoked'],
        ] as const;
        for (const [index, [verb, status]] of states.entries()) {
            const command = commands.qualify(reviewer, 'anna', { status, sequence: index + 1 });
            const { event } = await market.do('reviewer', 'supervision', verb, command);
            expect(event?.payload).to.equal(canonicalJson({ participantId: 'anna', sequence: index + 1, status }));
        }
        expect(await market.ask('supervision', 'qualification:show', '{"participantId":"anna"}')).to.nested.include({
            'statement.status': 'revoked',
            officerSubjectHash: reviewer.subjectHash,
        });
        const again = commands.qualify(reviewer, 'anna', { sequence: 5 });
        await market.refused('QUALIFICATION_CONFLICT', 'reviewer', 'supervision', 'qualification:grant', again);
    });

    it('needs the reviewer’s seat and signature, and the verb of its status', async () => {
        const command = commands.qualify(market.who('reviewer'), 'anna');
        for (const name of ['dispatcher', 'regulatorAdmin', 'anna']) {
            await market.refused('CALLER_NOT_SEATED', name, 'supervision', 'qualification:grant', command);
        }
        const forged = commands.qualify(market.who('stranger'), 'anna');
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'qualification:grant', forged);
        await market.refused('INPUT_INVALID', 'reviewer', 'supervision', 'qualification:suspend', command);
        const early = commands.qualify(market.who('reviewer'), 'anna', { sequence: 2 });
        await market.refused('QUALIFICATION_CONFLICT', 'reviewer', 'supervision', 'qualification:grant', early);
        await market.refused(
            'PARTICIPANT_MISSING',
            'anna',
            'supervision',
            'qualification:show',
            '{"participantId":"anna"}',
        );
    });
});

describe('supervision: verdict', () => {
    const terms = sampleTerms();
    const query = canonicalJson({ agreementId: agreementIdOf(terms), version: 1 });
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('approves, then terminates', async () => {
        const reviewer = market.who('reviewer');
        await market.refused('AGREEMENT_MISSING', 'anna', 'supervision', 'verdict:show', query);
        const approval = commands.decide(reviewer, terms, 'approved');
        const { event } = await market.do('reviewer', 'supervision', 'verdict:approve', approval);
        expect(event?.name).to.equal('VerdictGiven/1');
        expect(await market.ask('supervision', 'verdict:show', query)).to.nested.include({
            'statement.decision': 'approved',
        });
        const rejection = commands.decide(reviewer, terms, 'rejected');
        await market.refused('VERDICT_CONFLICT', 'reviewer', 'supervision', 'verdict:reject', rejection);
        const termination = commands.decide(reviewer, terms, 'terminated');
        await market.do('reviewer', 'supervision', 'verdict:terminate', termination);
        await market.refused('VERDICT_CONFLICT', 'reviewer', 'supervision', 'verdict:approve', approval);
    });

    it('needs the reviewer’s seat and signature, and the verb of its decision', async () => {
        const approval = commands.decide(market.who('reviewer'), terms, 'approved');
        await market.refused('CALLER_NOT_SEATED', 'regulatorAdmin', 'supervision', 'verdict:approve', approval);
        await market.refused('INPUT_INVALID', 'reviewer', 'supervision', 'verdict:reject', approval);
        const forged = commands.decide(market.who('dispatcher'), terms, 'approved');
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'verdict:approve', forged);
    });

    it('stands in advance until it is replaced or revoked', async () => {
        const reviewer = market.who('reviewer');
        await market.do('reviewer', 'supervision', 'verdict:standing', commands.standing(reviewer));
        const narrower = { sequence: 2, priceMaxMicroPerKwh: priceMicroPerKwh(300_000n) };
        await market.do('reviewer', 'supervision', 'verdict:standing', commands.standing(reviewer, narrower));
        const stale = commands.standing(reviewer, { priceMaxMicroPerKwh: priceMicroPerKwh(1n) });
        await market.refused('VERDICT_CONFLICT', 'reviewer', 'supervision', 'verdict:standing', stale);
        const revoked = commands.standing(reviewer, { sequence: 3, status: 'revoked' });
        await market.do('reviewer', 'supervision', 'verdict:standing', revoked);
        const reopened = commands.standing(reviewer, { sequence: 4 });
        await market.refused('VERDICT_CONFLICT', 'reviewer', 'supervision', 'verdict:standing', reopened);
        const page = await market.ask('supervision', 'verdict:list-standing', '{"bookmark":"","pageSize":9}');
        expect(page).to.have.nested.property('items[0].statement.status', 'revoked');
    });

    it('in advance needs seat and signature', async () => {
        const command = commands.standing(market.who('reviewer'));
        await market.refused('CALLER_NOT_SEATED', 'platform', 'supervision', 'verdict:standing', command);
        const forged = commands.standing(market.who('platform'));
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'verdict:standing', forged);
    });
});

describe('supervision: halt', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.established();
    });

    it('is set and lifted by the reviewer', async () => {
        const reviewer = market.who('reviewer');
        await market.refused('HALT_MISSING', 'anna', 'supervision', 'halt:show', '{"carrier":"electricity"}');
        await market.refused('HALT_MISSING', 'reviewer', 'supervision', 'halt:lift', lift(FIRST_SLOT));
        await market.do('reviewer', 'supervision', 'halt:set', commands.halt(reviewer, 'supervision'));
        const covering = canonicalJson({ carrier: 'electricity', graceSlots: 1, slot: FIRST_SLOT + 4 });
        expect(await market.ask('supervision', 'halt:covering', covering)).to.have.length(1);
        await market.advance(FIRST_SLOT);
        await market.do('reviewer', 'supervision', 'halt:lift', lift(FIRST_SLOT + 1));
        expect(await market.ask('supervision', 'halt:show', '{"carrier":"electricity"}')).to.include({
            mspId: 'RegulatorMSP',
            liftedSlot: FIRST_SLOT + 1,
        });
        expect(await market.ask('supervision', 'halt:covering', covering)).to.have.length(0);
    });

    it('is refused without seat or signature, for slots that have begun, too long, or renewed', async () => {
        const [reviewer, dispatcher] = [market.who('reviewer'), market.who('dispatcher')];
        const command = commands.halt(reviewer, 'supervision');
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'supervision', 'halt:set', command);
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'supervision', 'halt:lift', lift(FIRST_SLOT));
        const forged = commands.halt(dispatcher, 'supervision');
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'halt:set', forged);
        const elsewhere = commands.halt(reviewer, 'exchange');
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'halt:set', elsewhere);
        const long = commands.halt(reviewer, 'supervision', { untilSlot: FIRST_SLOT + 97 });
        await market.refused('HALT_INVALID', 'reviewer', 'supervision', 'halt:set', long);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await market.refused('SLOT_BEGUN', 'reviewer', 'supervision', 'halt:set', command);
        const later = { fromSlot: FIRST_SLOT + 2, untilSlot: FIRST_SLOT + 3 };
        await market.do('reviewer', 'supervision', 'halt:set', commands.halt(reviewer, 'supervision', later));
        await market.refused('SLOT_BEGUN', 'reviewer', 'supervision', 'halt:lift', lift(FIRST_SLOT + 1));
        const renewed = commands.halt(reviewer, 'supervision', {
            fromSlot: FIRST_SLOT + 3,
            untilSlot: FIRST_SLOT + 4,
        });
        await market.refused('HALT_CONFLICT', 'reviewer', 'supervision', 'halt:set', renewed);
    });
});

describe('supervision: registry', () => {
    it('answers in the order of the questions, null for what it does not have', async () => {
        const market = await StubMarket.ready();
        const { mspId, subjectHash } = market.who('metering');
        const answers = await market.ask(
            'supervision',
            'registry:look-up',
            canonicalJson([
                { kind: 'metering', mspId, subjectHash, type: 'seat' },
                { kind: 'reviewer', mspId, subjectHash, type: 'seat' },
                { participantId: 'anna', type: 'qualification' },
                { agreementId: '1'.repeat(64), type: 'verdict', version: 1 },
                { standingId: 'ordinary', type: 'standing' },
                { carrier: 'heat', type: 'halt' },
            ]),
        );
        expect((answers as unknown[]).map((answer) => answer !== null)).to.deep.equal([
            true,
            false,
            true,
            false,
            true,
            false,
        ]);
    });
});
