import {
    checkHalt,
    exemptedBy,
    type Halt,
    HALT_SLOTS_MAX,
    haltCovers,
    haltEndSlot,
    type HaltStatement,
    liftHalt,
} from '@commonwatt/chaincode/domain/halt';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const statement = (fromSlot: number, untilSlot: number): HaltStatement => ({
    carrier: 'electricity',
    fromSlot,
    untilSlot,
    reasonCode: 'gridDisturbance',
});
const halt = (fromSlot: number, untilSlot: number, liftedSlot: number | null = null): Halt => ({
    statement: statement(fromSlot, untilSlot),
    mspId: 'OperatorMSP',
    officerSubjectHash: 'aa'.repeat(32),
    keyId: 'bb'.repeat(32),
    signature: 'cc'.repeat(64),
    liftedSlot,
});

describe('a halt of trade', () => {
    it('lasts from a slot to a day', () => {
        checkHalt(null, statement(10, 11), HALT_SLOTS_MAX);
        checkHalt(null, statement(10, 10 + HALT_SLOTS_MAX), HALT_SLOTS_MAX);
        const refused = (untilSlot: number, reason: string): void =>
            expectRefusal(() => checkHalt(null, statement(10, untilSlot), HALT_SLOTS_MAX), 'HALT_INVALID', { reason });
        refused(9, 'a halt lasts at least a slot');
        refused(10, 'a halt lasts at least a slot');
        refused(11 + HALT_SLOTS_MAX, 'a halt ends within a day');
    });

    it('is not renewed without a day of trade between', () => {
        const latest = halt(10, 20);
        checkHalt(latest, statement(20 + HALT_SLOTS_MAX, 21 + HALT_SLOTS_MAX), HALT_SLOTS_MAX);
        for (const fromSlot of [10, 15, 20, 19 + HALT_SLOTS_MAX]) {
            expectRefusal(
                () => {
                    checkHalt(latest, statement(fromSlot, fromSlot + 1), HALT_SLOTS_MAX);
                },
                'HALT_CONFLICT',
                { carrier: 'electricity', untilSlot: 20, restSlots: HALT_SLOTS_MAX },
            );
        }
    });

    it('is renewed as the rules say, never before it has ended', () => {
        const latest = halt(10, 20);
        checkHalt(latest, statement(20, 30), 0);
        checkHalt(latest, statement(24, 30), 4);
        for (const [fromSlot, restSlots] of [
            [19, 0],
            [23, 4],
        ] as const) {
            expectRefusal(
                () => {
                    checkHalt(latest, statement(fromSlot, 30), restSlots);
                },
                'HALT_CONFLICT',
                { untilSlot: 20, restSlots },
            );
        }
    });

    it('that was lifted early makes room from its lifted end on', () => {
        checkHalt(halt(10, 20, 12), statement(12 + HALT_SLOTS_MAX, 13 + HALT_SLOTS_MAX), HALT_SLOTS_MAX);
        expectRefusal(() => {
            checkHalt(halt(10, 20, 12), statement(11 + HALT_SLOTS_MAX, 13 + HALT_SLOTS_MAX), HALT_SLOTS_MAX);
        }, 'HALT_CONFLICT');
    });

    it('is lifted from a slot before its end, once more only earlier', () => {
        expect(haltEndSlot(liftHalt(halt(10, 20), 'electricity', 15))).to.equal(15);
        expect(haltEndSlot(liftHalt(halt(10, 20, 15), 'electricity', 12))).to.equal(12);
        for (const latest of [null, halt(10, 20, 15), halt(5, 15)]) {
            expectRefusal(() => liftHalt(latest, 'electricity', 15), 'HALT_MISSING', { carrier: 'electricity' });
        }
    });

    it('lifted before it begins covers no slot at all, not even those of grace', () => {
        const lifted = liftHalt(halt(10, 20), 'electricity', 5);
        expect(lifted.liftedSlot).to.equal(10);
        for (let slot = 0; slot < 40; slot += 1) {
            expect(haltCovers(lifted, slot, 4)).to.equal(false);
        }
    });

    it('covers its own slots and those of grace after it', () => {
        const covered = (graceSlots: number, liftedSlot: number | null): number[] =>
            Array.from({ length: 30 }, (_, slot) => slot).filter((slot) =>
                haltCovers(halt(10, 13, liftedSlot), slot, graceSlots),
            );
        expect(covered(0, null)).to.deep.equal([10, 11, 12]);
        expect(covered(2, null)).to.deep.equal([10, 11, 12, 13, 14]);
        expect(covered(2, 11)).to.deep.equal([10, 11, 12]);
    });

    it('exempts whoever neither belongs to nor is owned by the halting side', () => {
        const party = (mspId: string, beneficialOwnerMspId: string | null): Participant => ({
            participantId: 'anna',
            kind: 'consumer',
            sector: null,
            mspId,
            subjectHash: '',
            publicKey: '',
            beneficialOwnerMspId,
        });
        expect(exemptedBy([halt(1, 2)], party('CommunityMSP', null))).to.equal(true);
        expect(exemptedBy([halt(1, 2)], party('OperatorMSP', null))).to.equal(false);
        expect(exemptedBy([halt(1, 2)], party('CommunityMSP', 'OperatorMSP'))).to.equal(false);
        expect(exemptedBy([], party('CommunityMSP', null))).to.equal(false);
    });
});
