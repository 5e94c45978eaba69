import { common, peer } from '@hyperledger/fabric-protos';
import { type TransactionContent, transactionContent } from '@commonwatt/client/auditor/transaction-content';
import { resultOf } from '@commonwatt/client/auditor/validation/endorsed-result';
import type { Signed } from '@commonwatt/client/auditor/signed';

/** An endorsed transaction as its bytes say, whether it is valid or not; `null` for what is none. */
export function transactionInEnvelope(
    bytes: Uint8Array,
): (TransactionContent & Readonly<{ endorsements: readonly Signed[] }>) | null {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const both = payload.getHeader();
    const header = common.ChannelHeader.deserializeBinary(both?.getChannelHeader_asU8() ?? new Uint8Array());
    if (header.getType() !== common.HeaderType.ENDORSER_TRANSACTION) {
        return null;
    }
    const signer = common.SignatureHeader.deserializeBinary(both?.getSignatureHeader_asU8() ?? new Uint8Array());
    const [first] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    const action = peer.ChaincodeActionPayload.deserializeBinary(first?.getPayload_asU8() ?? new Uint8Array());
    const result = resultOf(header, action);
    if (typeof result === 'number') {
        throw new Error(`the transaction cannot be read: ${String(result)}`);
    }
    const opened = {
        code: peer.TxValidationCode.VALID,
        type: header.getType(),
        txId: header.getTxId(),
        header,
        creator: signer.getCreator_asU8(),
        action,
    };
    return { ...transactionContent(opened, result), endorsements: result.endorsements };
}
