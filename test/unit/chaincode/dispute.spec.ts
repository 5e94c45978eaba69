import {
    type CheckMeter,
    closeDispute,
    decideDispute,
    type Decision,
    type DecisionStatement,
    demandConcerned,
    type Dispute,
    followsReview,
    type Objection,
    type Review,
    slotsOfReplaced,
} from '@commonwatt/chaincode/domain/dispute';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const MARK = { officerSubjectHash: 'aa'.repeat(32), keyId: 'bb'.repeat(32), signature: 'cc'.repeat(64) };
const REF = { pointId: 'solar-point', slot: FIRST_SLOT, raisedBy: 'anna' };
const OBJECTION: Objection = { ...REF, agreementId: null, evidenceHash: 'ee'.repeat(32) };
const RAISED: Dispute = { objection: OBJECTION, keyId: '', signature: '', state: 'raised', decision: null };

const decision = (changes: Partial<DecisionStatement> = {}): Decision => ({
    statement: { ...REF, number: 1, replacement: null, checkMeter: null, reasonCode: 'meterDefect', ...changes },
    ...MARK,
});
const review = (finding: 'confirmed' | 'rejected', decisionHash = 'dd'): Review => ({
    statement: { ...REF, number: 1, decisionHash, finding, reasonCode: 'checked' },
    ...MARK,
});

describe('an objection to a reading', () => {
    const point: MeteringPoint = {
        pointId: REF.pointId,
        participantId: 'solar',
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        fromSlot: FIRST_SLOT,
        meter: { meterId: 'm', publicKey: '' },
        ...PLAIN_POINT,
    };
    const terms = sampleTerms();
    const raised = (changes: Partial<Objection>, of: typeof terms | null = terms): void =>
        demandConcerned({ ...OBJECTION, ...changes }, point, of);
    const refused = (changes: Partial<Objection>, of: typeof terms | null = terms): void =>
        expectRefusal(() => raised(changes, of), 'DISPUTE_OF_OTHERS', {
            pointId: changes.pointId ?? REF.pointId,
            slot: changes.slot ?? FIRST_SLOT,
            participantId: changes.raisedBy ?? 'anna',
        });

    it('is of the point’s owner, or of a party of an agreement that delivers there then', () => {
        raised({ raisedBy: 'solar' }, null);
        refused({}, null);
        raised({});
        raised({ slot: FIRST_SLOT + 1 });
        raised({ pointId: 'anna-point' });
        refused({ raisedBy: 'bert' });
        refused({ slot: FIRST_SLOT + 2 });
        refused({ pointId: 'bert-point' });
        refused({}, sampleTerms({ firstSlot: FIRST_SLOT + 1 }));
        refused({ raisedBy: 'solar' }, sampleTerms({ parties: [{ participantId: 'anna', lane: 0 }] }));
        raised(
            { pointId: 'b' },
            sampleTerms({ legs: [sampleLeg(), sampleLeg({ sellerPoint: 'a', buyerPoint: 'b' })] }),
        );
    });

    it('is to what a meter says, from its first slot on', () => {
        for (const changes of [{ meter: null }, { fromSlot: FIRST_SLOT + 1 }]) {
            expectRefusal(
                () => demandConcerned({ ...OBJECTION, raisedBy: 'solar' }, { ...point, ...changes }, null),
                'METER_MISSING',
                { pointId: REF.pointId },
            );
        }
    });
});

describe('a decision on a dispute', () => {
    const refused = (dispute: Dispute, said: Review | null, number: number): void =>
        expectRefusal(() => decideDispute(dispute, said, decision({ number })), 'DISPUTE_STATE', {
            ...REF,
            state: dispute.state,
        });

    it('is the first, or follows one that was rejected', () => {
        const decided = decideDispute(RAISED, null, decision());
        expect(decided).to.deep.equal({ ...RAISED, state: 'decided', decision: decision() });
        refused(RAISED, null, 2);
        refused(decided, null, 2);
        refused(decided, review('confirmed'), 2);
        refused(decided, review('rejected'), 1);
        refused(decided, review('rejected'), 3);
        const again = decideDispute(decided, review('rejected'), decision({ number: 2 }));
        expect(again.decision?.statement.number).to.equal(2);
        for (const state of ['replaced', 'dismissed'] as const) {
            refused({ ...decided, state }, review('rejected'), 2);
        }
    });

    const shown = (slot: number, sequence: number, importWh: bigint, exportWh: bigint): Reading => ({
        pointId: REF.pointId,
        meterId: 'check',
        sequence,
        slot,
        importWh: energyWh(importWh),
        exportWh: energyWh(exportWh),
        volume: null,
    });
    const signed = (reading: Reading): SignedReading => ({ reading, signature: '' });
    const [before, after] = [shown(FIRST_SLOT - 1, 4, 10n, 100n), shown(FIRST_SLOT, 5, 13n, 350n)];
    const between = (from: Partial<Reading> = {}, to: Partial<Reading> = {}): CheckMeter => ({
        meterId: 'check',
        publicKey: '',
        before: signed({ ...before, ...from }),
        after: signed({ ...after, ...to }),
    });
    const energy = (importWh: bigint, exportWh: bigint, kind: 'energy' | 'registers' = 'energy') => ({
        kind,
        importWh: energyWh(importWh),
        exportWh: energyWh(exportWh),
    });

    it('rests on what a check meter counted in the slot', () => {
        const measured = (checkMeter: CheckMeter, replacement: DecisionStatement['replacement'] = energy(3n, 250n)) =>
            decideDispute(RAISED, null, decision({ checkMeter, replacement }));
        expect(measured(between()).state).to.equal('decided');
        const invalid = (reason: string, attempt: () => unknown): void =>
            expectRefusal(attempt, 'DECISION_INVALID', { reason });
        const others: readonly CheckMeter[] = [
            between({ pointId: 'anna-point' }),
            between({ meterId: 'other' }),
            between({}, { pointId: 'anna-point' }),
            between({}, { meterId: 'other' }),
        ];
        for (const checkMeter of others) {
            invalid('the readings are of the check meter at the point', () => measured(checkMeter));
        }
        for (const checkMeter of [between({ slot: FIRST_SLOT - 2 }), between({}, { slot: FIRST_SLOT + 1 })]) {
            invalid('it was read at both ends of the slot', () => measured(checkMeter));
        }
        invalid('its readings are in sequence', () => measured(between({ sequence: 5 })));
        invalid('its registers do not run backwards', () => measured(between({ importWh: energyWh(14n) })));
        for (const replacement of [null, energy(3n, 250n, 'registers'), energy(4n, 250n), energy(3n, 249n)]) {
            invalid('the replacement is the energy that the check meter counted', () =>
                measured(between(), replacement),
            );
        }
    });
});

describe('the review of a decision', () => {
    it('is given once', () => {
        followsReview(null, review('rejected').statement);
        expectRefusal(() => followsReview(review('rejected'), review('confirmed').statement), 'DISPUTE_STATE', {
            ...REF,
            state: 'rejected',
        });
    });
});

describe('the end of a dispute', () => {
    const replacement = { kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(250n) } as const;
    const decided = decideDispute(RAISED, null, decision({ replacement }));
    const closed = (dispute: Dispute, said: Review | null, hash: string | null = 'dd') =>
        closeDispute(dispute, hash, { review: said, lastConfirmed: said }, 'heat');

    it('puts in force what replaces the reading, or leaves the reading as it is', () => {
        expect(closed(decided, review('confirmed'))).to.deep.equal({
            dispute: { ...decided, state: 'replaced' },
            replaced: { carrier: 'heat', ...REF, number: 1, ...replacement },
        });
        const stands = decideDispute(RAISED, null, decision());
        expect(closed(stands, review('confirmed'))).to.deep.equal({
            dispute: { ...stands, state: 'dismissed' },
            replaced: null,
        });
    });

    it('needs the regulator’s word for this very decision', () => {
        const missing = (said: Review | null, finding: string | null, hash: string | null = 'dd'): void =>
            expectRefusal(() => closed(decided, said, hash), 'REVIEW_MISSING', { ...REF, finding });
        missing(null, null);
        missing(null, null, null);
        missing(review('rejected'), 'rejected');
        missing(review('confirmed', 'de'), 'confirmed');
        missing(review('confirmed'), 'confirmed', null);
    });

    it('comes once, after a decision', () => {
        for (const dispute of [
            RAISED,
            { ...RAISED, state: 'decided' as const },
            closed(decided, review('confirmed')).dispute,
        ]) {
            expectRefusal(() => closed(dispute, review('confirmed')), 'DISPUTE_STATE', {
                ...REF,
                state: dispute.state,
            });
        }
    });

    it('changes the slot, and with registers the one after it', () => {
        const replaced = { carrier: 'heat', ...REF, number: 1, ...replacement } as const;
        expect(slotsOfReplaced(replaced)).to.deep.equal([FIRST_SLOT]);
        expect(slotsOfReplaced({ ...replaced, kind: 'registers' })).to.deep.equal([FIRST_SLOT, FIRST_SLOT + 1]);
    });
});
