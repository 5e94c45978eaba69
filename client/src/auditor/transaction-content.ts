import type { Creator, Event, KeyPolicy, KeyWrite } from '@commonwatt/chaincode/ledger-double';
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { argumentsOf, eventOf, timestampMsOf } from '../block-reader.js';
import { serialized } from './members.js';
import type { Signed } from './signed.js';

/** An endorsed transaction as the bytes of its block say. */
export type TransactionContent = Readonly<{
    transactionId: string;
    timeMs: number;
    chaincode: string;
    /** Version of the chaincode that its endorsers say they ran. */
    version: string;
    args: readonly Uint8Array[];
    creator: Creator;
    creatorSignature: Signed;
    endorsements: readonly Signed[];
    writes: readonly KeyWrite[];
    /** Policies of keys that are not written. */
    policies: readonly KeyPolicy[];
    event: Event | null;
}>;

const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** `null` for what is no endorsed transaction: configuration. @throws Error when it cannot be read */
export function transactionContent(bytes: Uint8Array): TransactionContent | null {
    const envelope = common.Envelope.deserializeBinary(bytes);
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = payload.getHeader();
    const channel = common.ChannelHeader.deserializeBinary(bytesOf(header?.getChannelHeader_asU8()));
    if (channel.getType() !== common.HeaderType.ENDORSER_TRANSACTION) {
        return null;
    }
    const signer = common.SignatureHeader.deserializeBinary(bytesOf(header?.getSignatureHeader_asU8()));
    const identity = signer.getCreator_asU8();
    const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    const endorsed = peer.ChaincodeActionPayload.deserializeBinary(bytesOf(action?.getPayload_asU8()));
    return {
        transactionId: channel.getTxId(),
        timeMs: timestampMsOf(channel) ?? 0,
        args: argumentsOf(endorsed.getChaincodeProposalPayload_asU8()),
        creator: serialized(identity),
        creatorSignature: {
            identity,
            signed: envelope.getPayload_asU8(),
            signature: envelope.getSignature_asU8(),
        },
        ...resultOf(endorsed),
    };
}

function resultOf(
    endorsed: peer.ChaincodeActionPayload,
): Pick<TransactionContent, 'chaincode' | 'version' | 'endorsements' | 'writes' | 'policies' | 'event'> {
    const answer = bytesOf(endorsed.getAction()?.getProposalResponsePayload_asU8());
    const extension = peer.ProposalResponsePayload.deserializeBinary(answer).getExtension_asU8();
    const result = peer.ChaincodeAction.deserializeBinary(extension);
    return {
        chaincode: result.getChaincodeId()?.getName() ?? '',
        version: result.getChaincodeId()?.getVersion() ?? '',
        endorsements: (endorsed.getAction()?.getEndorsementsList() ?? []).map((endorsement) => ({
            identity: endorsement.getEndorser_asU8(),
            signed: Buffer.concat([answer, endorsement.getEndorser_asU8()]),
            signature: endorsement.getSignature_asU8(),
        })),
        ...writesIn(result.getResults_asU8()),
        event: eventOf(result.getEvents_asU8()),
    };
}

function writesIn(results: Uint8Array): Pick<TransactionContent, 'writes' | 'policies'> {
    const writes: KeyWrite[] = [];
    const policies: KeyPolicy[] = [];
    for (const set of ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList()) {
        const chaincode = set.getNamespace();
        const content = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
        const policyOf = new Map(
            content.getMetadataWritesList().map((each) => {
                const entry = each.getEntriesList().find((found) => found.getName() === VALIDATION_PARAMETER);
                return [each.getKey(), entry?.getValue_asU8() ?? new Uint8Array()];
            }),
        );
        for (const write of content.getWritesList()) {
            const key = write.getKey();
            const text = Buffer.from(write.getValue_asU8()).toString('utf8');
            // An empty value deletes, whatever the flag says.
            const value = write.getIsDelete() || text === '' ? null : text;
            writes.push({ chaincode, key, value, policy: policyOf.get(key) ?? null });
            policyOf.delete(key);
        }
        policies.push(...[...policyOf].map(([key, policy]) => ({ chaincode, key, policy })));
    }
    return { writes, policies };
}

const bytesOf = (bytes: Uint8Array | undefined): Uint8Array => bytes ?? new Uint8Array();
