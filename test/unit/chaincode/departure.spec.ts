import {
    departureOf,
    demandStays,
    demandWoundUp,
    isEnded,
    lastDelivered,
    windUp,
    WOUND_UP_MAX,
} from '@commonwatt/chaincode/domain/departure';
import { openExecution } from '@commonwatt/chaincode/domain/escrow';
import { AGREEMENT_STATES, FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleTerms } from '../../support/sample-market.js';

const LEAVING = departureOf('anna');
const terms = sampleTerms();
const { execution } = openExecution({ agreementId: 'one', termsHash: termsHashOf(terms), terms, consents: [] });
const ids = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `id-${String(index).padStart(3, '0')}`);

describe('a participant that leaves', () => {
    it('agrees nothing new, and takes its money when it is wound up', () => {
        demandStays(null, 'anna');
        demandWoundUp(null, 'anna');
        expect(LEAVING).to.deep.equal({ participantId: 'anna', woundUpThrough: null, isWoundUp: false });
        expectRefusal(() => demandStays(LEAVING, 'anna'), 'PARTICIPANT_LEAVING', { participantId: 'anna' });
        expectRefusal(() => demandWoundUp(LEAVING, 'anna'), 'NOT_WOUND_UP', { participantId: 'anna' });
        demandWoundUp({ ...LEAVING, isWoundUp: true }, 'anna');
    });

    it('is wound up by as many agreements at once as a step takes, and is done with fewer', () => {
        const first = windUp(LEAVING, ids(WOUND_UP_MAX), []);
        expect(first).to.deep.equal({ ...LEAVING, woundUpThrough: 'id-063', isWoundUp: false });
        expect(windUp(first, [], [])).to.deep.equal({ ...first, isWoundUp: true });
        expect(windUp(LEAVING, ids(1), [])).to.deep.equal({ ...LEAVING, woundUpThrough: 'id-000', isWoundUp: true });
        expect(windUp(LEAVING, [], [])).to.deep.equal({ ...LEAVING, isWoundUp: true });
    });

    it('waits for what is open', () => {
        expectRefusal(() => windUp(LEAVING, ids(2), ['id-001']), 'AGREEMENTS_OPEN', {
            participantId: 'anna',
            agreementIds: ['id-001'],
        });
    });
});

describe('an agreement of who leaves', () => {
    it('is ended in its final states', () => {
        expect(AGREEMENT_STATES.filter((state) => isEnded({ ...execution, state }))).to.deep.equal(FINAL_STATES);
    });

    it('is final when the last slot that it delivered of each carrier is', () => {
        expect(lastDelivered(execution, terms), 'nothing was delivered').to.deep.equal([]);
        const progress = [
            { carrier: 'electricity', nextSlot: FIRST_SLOT + 2 },
            { carrier: 'heat', nextSlot: FIRST_SLOT },
        ] as const;
        expect(lastDelivered({ ...execution, progress }, terms)).to.deep.equal([
            { carrier: 'electricity', slot: FIRST_SLOT + 1 },
        ]);
    });
});
