import { type ServiceError, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { ConflictError, DisagreementError, ForbiddenError, InternalError, UnavailableError } from '@commonwatt/client';
import { endorseFailure, evaluateFailure } from '@commonwatt/client/gateway-errors';
import { PeerAway, PeersUnknown } from '@commonwatt/client/peer-pool';
import { expect } from 'chai';

const MSP_IDS = ['CommunityMSP', 'OperatorMSP', 'RegulatorMSP'];
const REFUSED = 'chaincode response 500, SLOT_BEGUN {"slot":7}';

function gatewayError(code: number, message: string, failed: Readonly<Record<string, string>> = {}): GatewayError {
    const details = Object.entries(failed).map(([mspId, text]) => ({ mspId, address: 'localhost:1', message: text }));
    return new GatewayError({ code, message, details, cause: new Error(message) as ServiceError });
}

const endorsing = (error: GatewayError): Error => endorseFailure(error, MSP_IDS, MSP_IDS, 'tx-1');

describe('failures of the gateway', () => {
    it('are the refusal when all endorsers refuse', () => {
        const all = Object.fromEntries(MSP_IDS.map((mspId) => [mspId, REFUSED]));
        const error = endorsing(gatewayError(status.ABORTED, 'failed to collect', all));
        expect(error).to.be.instanceOf(ConflictError);
        expect(error).to.deep.include({ code: 'SLOT_BEGUN', operands: { slot: 7 }, transactionId: 'tx-1' });
    });

    it('are a disagreement when only some refuse or the results differ', () => {
        const some = endorsing(gatewayError(status.ABORTED, 'failed', { OperatorMSP: REFUSED }));
        expect(some).to.be.instanceOf(DisagreementError);
        expect((some as DisagreementError).refusal?.code).to.equal('SLOT_BEGUN');
        const differ = gatewayError(status.ABORTED, 'ProposalResponsePayloads do not match');
        expect(endorsing(differ)).to.be.instanceOf(DisagreementError);
    });

    it('are a disagreement when one endorser fails for another reason than the others', () => {
        const mixed = { CommunityMSP: REFUSED, OperatorMSP: REFUSED, RegulatorMSP: 'timeout expired' };
        const error = endorsing(gatewayError(status.ABORTED, 'failed to collect', mixed));
        expect(error).to.be.instanceOf(DisagreementError);
        expect((error as DisagreementError).operands).to.deep.equal({ organizations: ['CommunityMSP', 'OperatorMSP'] });
    });

    it('are a refusal of the caller when a peer does not accept its certificate', () => {
        const denied = 'error validating proposal: access denied: channel [commonwatt] creator org [CommunityMSP]';
        const error = endorsing(gatewayError(status.FAILED_PRECONDITION, 'failed', { OperatorMSP: denied }));
        expect(error).to.be.instanceOf(ForbiddenError);
        expect(error).to.deep.include({ code: 'GATEWAY_REFUSED' });
    });

    it('are an expired certificate when more than one peer says so', () => {
        const expired = 'rpc error: code = Unknown desc = proposal client identity expired';
        const two = { OperatorMSP: expired, SupplierMSP: expired };
        const error = endorsing(gatewayError(status.ABORTED, 'failed', two));
        expect(error).to.be.instanceOf(ForbiddenError);
        expect(error).to.deep.include({ code: 'CERTIFICATE_EXPIRED' });
        const rogue = endorsing(gatewayError(status.ABORTED, 'failed', { OperatorMSP: expired }));
        expect(rogue).to.be.instanceOf(UnavailableError);
        const asked = evaluateFailure(gatewayError(status.UNKNOWN, expired), MSP_IDS);
        expect(asked).to.deep.include({ code: 'CERTIFICATE_EXPIRED' });
    });

    it('name the organisations that are away', () => {
        const down = endorsing(gatewayError(status.ABORTED, 'failed', { RegulatorMSP: 'connection refused' }));
        expect(down).to.be.instanceOf(UnavailableError);
        expect(down).to.deep.include({ operands: { organizations: ['RegulatorMSP'] } });
        const unknown = gatewayError(status.UNAVAILABLE, 'failed to find any endorsing peers for org(s): RegulatorMSP');
        expect(endorsing(unknown)).to.be.instanceOf(PeersUnknown);
    });

    it('are the gateway peer itself when nobody is named', () => {
        for (const code of [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]) {
            expect(endorsing(gatewayError(code, 'connect ECONNREFUSED'))).to.be.instanceOf(PeerAway);
        }
    });

    it('keep what a peer says that is no coded refusal', () => {
        const error = evaluateFailure(gatewayError(status.UNKNOWN, 'no such chaincode'), MSP_IDS);
        expect(error).to.be.instanceOf(InternalError);
        expect(error).to.deep.include({ operands: { status: 'UNKNOWN', message: 'no such chaincode' } });
    });

    it('of a query are the refusal of the one peer that was asked', () => {
        const error = evaluateFailure(
            gatewayError(status.UNKNOWN, `evaluate call returned error: ${REFUSED}`),
            MSP_IDS,
        );
        expect(error).to.be.instanceOf(ConflictError);
    });
});
