import type { DecisionStatement, Objection, Replacement } from '@commonwatt/chaincode/domain/dispute';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { disputeCodec, replacedReadingCodec } from '@commonwatt/chaincode/wire/dispute';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { closeDispute, decideDispute, raiseDispute, reviewDispute } from '../support/dispute-commands.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const TERMS = sampleTerms();
const OBJECTION: Objection = {
    pointId: 'solar-point',
    slot: FIRST_SLOT,
    raisedBy: 'anna',
    agreementId: agreementIdOf(TERMS),
    evidenceHash: 'ee'.repeat(32),
};
const { pointId, slot, raisedBy } = OBJECTION;
const ENERGY: Replacement = { kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(250n) };

const decision = (changes: Partial<DecisionStatement> = {}): DecisionStatement => ({
    pointId,
    slot,
    raisedBy,
    number: 1,
    replacement: ENERGY,
    checkMeter: null,
    reasonCode: 'meterDefect',
    ...changes,
});

let market: StubMarket;

const raise = (objection: Objection = OBJECTION): Promise<unknown> =>
    market.do(objection.raisedBy, 'exchange', 'dispute:raise', raiseDispute(market.who(objection.raisedBy), objection));
const decideCommand = (statement: DecisionStatement): string => decideDispute(market.who('metering'), statement);
const decide = (statement: DecisionStatement): Promise<unknown> =>
    market.do('metering', 'exchange', 'dispute:decide', decideCommand(statement));
const reviewCommand = (statement: DecisionStatement, finding: 'confirmed' | 'rejected'): string =>
    reviewDispute(market.who('reviewer'), statement, finding);
const confirm = (statement: DecisionStatement): Promise<unknown> =>
    market.do('reviewer', 'supervision', 'dispute:confirm', reviewCommand(statement, 'confirmed'));
const close = (): ReturnType<StubMarket['do']> =>
    market.do('stranger', 'exchange', 'dispute:close', closeDispute(OBJECTION));

describe('a dispute', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
    });

    it('is raised by a party, decided, confirmed and closed; the replacement stands beside the reading', async () => {
        const reading = market.reading(pointId, slot, 0n, 300n);
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(reading));
        await raise();
        await decide(decision());
        await confirm(decision());
        const { writes, event } = await close();
        expect(event?.payload).to.contain('"state":"replaced"');
        const replaced = writes.find(({ key }) => key.startsWith('replaced-reading/'));
        expect(replaced?.key).to.equal('replaced-reading/electricity/0000001000/solar-point');
        const kept = replacedReadingCodec.decode(Buffer.from(replaced?.value ?? []).toString('utf8'));
        expect(kept).to.deep.equal({ carrier: 'electricity', slot, pointId, raisedBy, number: 1, ...ENERGY });
        expect(writes.some(({ key }) => key.startsWith('reading/'))).to.equal(false);
        const query = canonicalJson({ bookmark: '', pageSize: 50, pointId });
        const { items } = (await market.ask('exchange', 'reading:list', query)) as { items: unknown[] };
        expect(items, 'the baseline and what the meter signed').to.have.length(2);
        const { items: disputes } = (await market.ask(
            'exchange',
            'dispute:list',
            canonicalJson({ bookmark: '', pageSize: 50 }),
        )) as { items: { state: string }[] };
        expect(disputes.map(({ state }) => state)).to.deep.equal(['replaced']);
    });

    it('is raised by the owner of the point without an agreement, and by nobody who is not concerned', async () => {
        await raise({ ...OBJECTION, raisedBy: 'solar', agreementId: null });
        const refused = async (
            code: Parameters<StubMarket['refused']>[0],
            changes: Partial<Objection>,
            signer = changes.raisedBy ?? raisedBy,
        ): Promise<void> => {
            const command = raiseDispute(market.who(signer), { ...OBJECTION, ...changes });
            await market.refused(code, signer, 'exchange', 'dispute:raise', command);
        };
        await refused('DISPUTE_OF_OTHERS', { agreementId: null });
        await refused('DISPUTE_OF_OTHERS', { raisedBy: 'bert' });
        await refused('DISPUTE_OF_OTHERS', { pointId: 'bert-point' });
        await refused('METER_MISSING', { slot: FIRST_SLOT - 1 });
        await refused('METER_MISSING', { pointId: 'retail-point', raisedBy: 'retail', agreementId: null });
        await refused('METER_MISSING', { pointId: 'no-such-point' });
        await refused('AGREEMENT_MISSING', { agreementId: '00'.repeat(32) });
        await refused('SLOT_NOT_OVER', { slot: FIRST_SLOT + 1 });
        await refused('CALLER_NOT_PARTICIPANT', {}, 'bert');
        const forged = raiseDispute({ key: new SigningKey() }, OBJECTION);
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'dispute:raise', forged);
        await raise();
        await refused('DISPUTE_CONFLICT', { evidenceHash: 'dd'.repeat(32) });
    });

    it('is decided by the metering seat alone, and once until the regulator rejects it', async () => {
        await market.refused('DISPUTE_MISSING', 'metering', 'exchange', 'dispute:decide', decideCommand(decision()));
        await raise();
        const refused = async (
            code: Parameters<StubMarket['refused']>[0],
            by: string,
            number: number,
        ): Promise<void> => {
            const command = decideDispute(market.who(by), decision({ number }));
            await market.refused(code, by, 'exchange', 'dispute:decide', command);
        };
        await refused('CALLER_NOT_SEATED', 'settlement', 1);
        await refused('DISPUTE_STATE', 'metering', 2);
        await decide(decision());
        await refused('DISPUTE_STATE', 'metering', 2);
        await market.refused('REVIEW_MISSING', 'stranger', 'exchange', 'dispute:close', closeDispute(OBJECTION));
        await market.do('reviewer', 'supervision', 'dispute:reject', reviewCommand(decision(), 'rejected'));
        const late = reviewCommand(decision(), 'confirmed');
        await market.refused('DISPUTE_STATE', 'reviewer', 'supervision', 'dispute:confirm', late);
        await market.refused('REVIEW_MISSING', 'stranger', 'exchange', 'dispute:close', closeDispute(OBJECTION));
        const second = decision({ number: 2, replacement: null, reasonCode: 'noDefect' });
        await decide(second);
        await confirm(second);
        const { payload, writes } = await close();
        expect(disputeCodec.decode(payload).state).to.equal('dismissed');
        expect(writes.map(({ key }) => key)).to.deep.equal(['dispute/solar-point/0000001000/anna']);
        await refused('DISPUTE_STATE', 'metering', 3);
    });

    it('is confirmed by the regulator alone, and for the very decision that it read', async () => {
        await raise();
        await decide(decision());
        const foreign = reviewDispute(market.who('metering'), decision(), 'confirmed');
        await market.refused('CALLER_NOT_SEATED', 'metering', 'supervision', 'dispute:confirm', foreign);
        const other = decision({ replacement: { ...ENERGY, exportWh: energyWh(999n) } });
        await market.refused(
            'INPUT_INVALID',
            'reviewer',
            'supervision',
            'dispute:reject',
            reviewCommand(other, 'confirmed'),
        );
        await confirm(other);
        await market.refused('REVIEW_MISSING', 'stranger', 'exchange', 'dispute:close', closeDispute(OBJECTION));
    });

    it('whose older confirmed decision is held back does not override the newer one of another dispute', async () => {
        const owners = { ...OBJECTION, raisedBy: 'solar', agreementId: null };
        const newer = decision({ raisedBy: 'solar', replacement: { ...ENERGY, exportWh: energyWh(200n) } });
        const replacedBy = (): string =>
            replacedReadingCodec.decode(market.stored('replaced-reading/electricity/0000001000/solar-point')).raisedBy;
        await raise();
        await raise(owners);
        await decide(decision());
        await decide(newer);
        await confirm(decision());
        const late = await market.endorse('stranger', 'exchange', 'dispute:close', closeDispute(OBJECTION));
        expect(late.message).to.equal('');
        await confirm(newer);
        await market.do('stranger', 'exchange', 'dispute:close', closeDispute(owners));
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        const { payload } = await close();
        expect(disputeCodec.decode(payload).state).to.equal('superseded');
        expect(replacedBy()).to.equal('solar');
    });

    it('is decided by a check meter only with the energy that it signed', async () => {
        await raise();
        const key = new SigningKey();
        const meterId = 'check-1';
        const signed = (
            at: number,
            sequence: number,
            exportWh: bigint,
            signer = key,
        ): ReturnType<typeof commands.signReading> =>
            commands.signReading(signer, {
                ...commands.readingOf(pointId, at, 7n, exportWh),
                meterId,
                sequence,
            });
        const [before, after] = [signed(slot - 1, 4, 100n), signed(slot, 5, 350n)];
        const checkMeter = { meterId, publicKey: key.publicKey, before, after };
        const refused = async (
            code: Parameters<StubMarket['refused']>[0],
            changes: Partial<DecisionStatement>,
        ): Promise<void> => {
            const command = decideCommand(decision({ checkMeter, ...changes }));
            await market.refused(code, 'metering', 'exchange', 'dispute:decide', command);
        };
        await refused('DECISION_INVALID', { replacement: null });
        await refused('DECISION_INVALID', { replacement: { ...ENERGY, kind: 'registers' } });
        await refused('DECISION_INVALID', { replacement: { ...ENERGY, exportWh: energyWh(251n) } });
        await refused('DECISION_INVALID', { checkMeter: { ...checkMeter, meterId: 'check-2' } });
        await refused('DECISION_INVALID', { checkMeter: { ...checkMeter, before: after } });
        await refused('DECISION_INVALID', { checkMeter: { ...checkMeter, after: signed(slot, 4, 350n) } });
        await refused('DECISION_INVALID', { checkMeter: { ...checkMeter, after: signed(slot, 5, 99n) } });
        const forged = signed(slot, 5, 350n, new SigningKey());
        await refused('SIGNATURE_INVALID', { checkMeter: { ...checkMeter, after: forged } });
        await decide(decision({ checkMeter }));
    });
});
