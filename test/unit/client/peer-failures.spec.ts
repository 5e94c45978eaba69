import { status } from '@grpc/grpc-js';
import { ConflictError, DisagreementError, ForbiddenError, InternalError, UnavailableError } from '@commonwatt/client';
import { endorseFailure, evaluateFailure, type PeerAnswer } from '@commonwatt/client/fabric-network/peer-failures';
import { PeerAway } from '@commonwatt/client/peer-pool';
import { expect } from 'chai';

const MSP_IDS = ['CommunityMSP', 'OperatorMSP', 'RegulatorMSP'];
const REFUSED = 'SLOT_BEGUN {"slot":7}';
const EXPIRED = '2 UNKNOWN: error validating proposal: proposal client identity expired';
const DENIED = '2 UNKNOWN: error validating proposal: access denied: channel [commonwatt] creator org [CommunityMSP]';

const endorsed = Buffer.from('results');
const failing = (mspId: string, text: string, code?: number): PeerAnswer => ({ mspId, endorsed: null, text, code });

/** Answers of all three organisations: those not named endorse. */
function answers(named: Readonly<Record<string, string>>): PeerAnswer[] {
    return MSP_IDS.map((mspId) => {
        const text = named[mspId];
        return text === undefined ? { mspId, endorsed, text: '' } : failing(mspId, text);
    });
}

const endorsing = (named: Readonly<Record<string, string>>): Error | null => endorseFailure(answers(named), 'tx-1');

describe('failures of peers asked one by one', () => {
    it('are none when all endorse the same results', () => {
        expect(endorsing({})).to.equal(null);
    });

    it('are the refusal when all endorsers refuse', () => {
        const error = endorsing(Object.fromEntries(MSP_IDS.map((mspId) => [mspId, REFUSED])));
        expect(error).to.be.instanceOf(ConflictError);
        expect(error).to.deep.include({ code: 'SLOT_BEGUN', operands: { slot: 7 }, transactionId: 'tx-1' });
    });

    it('are a disagreement when only some refuse, or one fails for another reason', () => {
        for (const named of [
            { CommunityMSP: REFUSED, OperatorMSP: REFUSED },
            { CommunityMSP: REFUSED, OperatorMSP: REFUSED, RegulatorMSP: 'rwset is too large' },
        ]) {
            const error = endorsing(named);
            expect(error).to.be.instanceOf(DisagreementError);
            expect((error as DisagreementError).refusal?.code).to.equal('SLOT_BEGUN');
            expect((error as DisagreementError).operands).to.deep.equal({
                organizations: ['CommunityMSP', 'OperatorMSP'],
            });
        }
    });

    it('are a disagreement when the results differ', () => {
        const different = { mspId: 'RegulatorMSP', endorsed: Buffer.from('other results'), text: '' };
        const error = endorseFailure([...answers({}).slice(0, 2), different], 'tx-1');
        expect(error).to.be.instanceOf(DisagreementError);
        expect((error as DisagreementError).refusal).to.equal(null);
        expect((error as DisagreementError).operands).to.deep.equal({ organizations: MSP_IDS });
    });

    it('are a refusal of the caller when a peer does not accept its certificate', () => {
        const error = endorsing({ OperatorMSP: DENIED });
        expect(error).to.be.instanceOf(ForbiddenError);
        expect(error).to.deep.include({ code: 'GATEWAY_REFUSED' });
    });

    it('are an expired certificate when more than one peer says so', () => {
        expect(endorsing({ OperatorMSP: EXPIRED, RegulatorMSP: EXPIRED })).to.deep.include({
            name: 'ForbiddenError',
            code: 'CERTIFICATE_EXPIRED',
        });
        expect(endorsing({ OperatorMSP: EXPIRED })).to.be.instanceOf(UnavailableError);
        expect(evaluateFailure(failing('OperatorMSP', EXPIRED))).to.deep.include({ code: 'CERTIFICATE_EXPIRED' });
    });

    it('name the organisations that did not answer', () => {
        const error = endorsing({ OperatorMSP: '', RegulatorMSP: '14 UNAVAILABLE: connection refused' });
        expect(error).to.be.instanceOf(UnavailableError).and.not.instanceOf(DisagreementError);
        expect(error).to.deep.include({
            code: 'PEER_UNAVAILABLE',
            operands: { organizations: ['OperatorMSP', 'RegulatorMSP'] },
            transactionId: 'tx-1',
        });
    });

    it('name who did not answer rather than a disagreement: others can be asked in their place', () => {
        const error = endorsing({ CommunityMSP: REFUSED, OperatorMSP: REFUSED, RegulatorMSP: 'REQUEST TIMEOUT' });
        expect(error).to.be.instanceOf(UnavailableError).and.not.instanceOf(DisagreementError);
        expect(error).to.deep.include({ operands: { organizations: ['RegulatorMSP'] } });
    });

    it('of a query lead to another peer when this one does not answer', () => {
        for (const answer of [
            failing('CommunityMSP', ''),
            failing('CommunityMSP', 'REQUEST TIMEOUT'),
            failing('CommunityMSP', '14 UNAVAILABLE: connection refused', status.UNAVAILABLE),
        ]) {
            expect(evaluateFailure(answer)).to.be.instanceOf(PeerAway);
        }
    });

    it('of a query are the refusal of the peer, or what it says', () => {
        expect(evaluateFailure(failing('CommunityMSP', REFUSED))).to.be.instanceOf(ConflictError);
        expect(evaluateFailure(failing('CommunityMSP', DENIED))).to.be.instanceOf(ForbiddenError);
        const other = evaluateFailure(failing('CommunityMSP', 'no such chaincode', status.UNKNOWN));
        expect(other).to.be.instanceOf(InternalError);
        expect(other).to.deep.include({ operands: { status: 'UNKNOWN', message: 'no such chaincode' } });
    });
});
