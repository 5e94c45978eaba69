import {
    checkHalt,
    exemptedBy,
    gatesDelivery,
    type Halt,
    HALT_SLOTS_MAX,
    haltCovers,
    haltEndSlot,
    type HaltStatement,
    liftHalt,
    restedSlot,
} from '@commonwatt/chaincode/domain/halt';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { expect } from 'chai';
import { sampleLeg, sampleTerms } from '../../support/sample-market.js';
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
    it('lasts from a slot to a day, however long a slot is', () => {
        for (const [slotMinutes, slotsMax] of [
            [15, HALT_SLOTS_MAX],
            [60, 24],
            [1, HALT_SLOTS_MAX],
        ] as const) {
            checkHalt(statement(10, 11), { slotMinutes });
            checkHalt(statement(10, 10 + slotsMax), { slotMinutes });
            const refused = (untilSlot: number, reason: string): void =>
                expectRefusal(
                    () => {
                        checkHalt(statement(10, untilSlot), { slotMinutes });
                    },
                    'HALT_INVALID',
                    { reason },
                );
            refused(9, 'the halt lasts no slot');
            refused(10, 'the halt lasts no slot');
            refused(11 + slotsMax, 'the halt lasts longer than a day');
        }
    });

    it('is followed by a rest that begins with its end, early or not', () => {
        expect(restedSlot(halt(10, 20), HALT_SLOTS_MAX)).to.equal(20 + HALT_SLOTS_MAX);
        expect(restedSlot(halt(10, 20), 0)).to.equal(20);
        expect(restedSlot(halt(10, 20, 12), 4)).to.equal(16);
        expect(restedSlot(halt(10, 20, 5), 4)).to.equal(9);
    });

    it('gates what delivers in its slots on its carrier, and nothing else', () => {
        const terms = (from: number, energies: readonly bigint[], carrier: Carrier = 'electricity'): Terms =>
            sampleTerms({
                firstSlot: from,
                slotCount: energies.length,
                legs: [sampleLeg({ carrier, energyWh: energies.map(energyWh) })],
            });
        const gated = (sold: Terms, lifted: number | null = null, fromSlot = sold.firstSlot): boolean =>
            gatesDelivery(halt(10, 20, lifted), sold, fromSlot);
        expect(gated(terms(8, [1n, 1n])), 'it ends before').to.equal(false);
        expect(gated(terms(8, [1n, 1n, 1n])), 'its last slot').to.equal(true);
        expect(gated(terms(19, [1n, 1n])), 'its first slot').to.equal(true);
        expect(gated(terms(20, [1n, 1n])), 'it begins after').to.equal(false);
        expect(gated(terms(9, [1n, ...Array.from({ length: 10 }, () => 0n), 1n])), 'around it').to.equal(false);
        expect(gated(terms(12, [1n], 'heat')), 'another carrier').to.equal(false);
        expect(gated(terms(14, [1n, 1n]), 15), 'before the lift').to.equal(true);
        expect(gated(terms(15, [1n, 1n]), 15), 'from the lift on').to.equal(false);
        expect(gated(terms(10, [1n, 1n]), 5), 'it never began').to.equal(false);
        expect(gated(terms(19, [1n, 1n, 1n]), null, 20), 'decided from the slot after').to.equal(false);
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
        expect(lifted.liftedSlot).to.equal(5);
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
