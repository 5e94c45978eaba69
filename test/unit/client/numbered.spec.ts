import { expect } from 'chai';
import type { QualificationStatement } from '@commonwatt/chaincode/domain/qualification';
import { qualificationStatementCodec } from '@commonwatt/chaincode/wire/qualification';
import { numbered } from '@commonwatt/client/numbered';

const granted = (sequence: number, buy = true): QualificationStatement => ({
    participantId: 'bld-04',
    person: { mspId: 'CommunityMSP', subjectHash: '70'.repeat(32), keyId: '6d'.repeat(32) },
    sequence,
    status: 'granted',
    permits: [{ carrier: 'electricity', buy, sell: false }],
    reasonCode: 'applicationComplete',
});

const after = (last: QualificationStatement | undefined, buy: boolean): QualificationStatement =>
    numbered(
        qualificationStatementCodec,
        last,
        ({ sequence }) => sequence,
        (sequence) => granted(sequence, buy),
    );

describe('a numbered statement', () => {
    it('begins at 1', () => {
        expect(after(undefined, true)).to.deep.equal(granted(1));
    });

    it('follows one that says something else', () => {
        expect(after(granted(3), false)).to.deep.equal(granted(4, false));
    });

    it('is the last one itself where that says the same: stated again by somebody who did not hear the answer', () => {
        expect(after(granted(3), true)).to.deep.equal(granted(3));
    });
});
