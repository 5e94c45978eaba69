import type { DecisionStatement, DisputeRef, Objection, ReviewStatement } from '@commonwatt/chaincode/domain/dispute';
import {
    decideDisputeCodec,
    decisionHashOf,
    decisionStatementCodec,
    disputeRefCodec,
    objectionCodec,
    raiseCodec,
    reviewCommandCodec,
    reviewStatementCodec,
} from '@commonwatt/chaincode/wire/dispute';
import { SCOPE } from './signing-key.js';
import type { Identity } from './stub-identity.js';

type Signer = Pick<Identity, 'key'>;

export function raiseDispute({ key }: Signer, objection: Objection): string {
    const signature = key.signDocument('commonwatt/dispute/1', SCOPE.exchange, objectionCodec.toJson(objection));
    return raiseCodec.encode({ objection, signature });
}

export function decideDispute({ key }: Signer, statement: DecisionStatement): string {
    const body = decisionStatementCodec.toJson(statement);
    return decideDisputeCodec.encode({
        statement,
        signature: key.signDocument('commonwatt/decision/1', SCOPE.exchange, body),
    });
}

export function reviewDispute(
    { key }: Signer,
    decision: DecisionStatement,
    finding: ReviewStatement['finding'],
    changes: Partial<ReviewStatement> = {},
): string {
    const { pointId, slot, raisedBy, number } = decision;
    const decisionHash = decisionHashOf(decision);
    const statement = { pointId, slot, raisedBy, number, decisionHash, finding, reasonCode: 'reviewed', ...changes };
    const body = reviewStatementCodec.toJson(statement);
    return reviewCommandCodec.encode({
        statement,
        signature: key.signDocument('commonwatt/dispute-review/1', SCOPE.supervision, body),
    });
}

export const closeDispute = ({ pointId, slot, raisedBy }: DisputeRef): string =>
    disputeRefCodec.encode({ pointId, slot, raisedBy });
