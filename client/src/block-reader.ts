import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { validationCodeName } from './validation-code.js';

/** Keys that a transaction wrote or deleted in one chaincode's namespace. */
export type NamespaceWrites = Readonly<{
    namespace: string;
    keys: readonly string[];
    /** What it wrote under each of them, as text; `null` where it deleted. */
    values: readonly (string | null)[];
    /** Keys whose endorsement policy it set. */
    policyKeys: readonly string[];
}>;

/** An event as its bytes: any chaincode's, of any version. */
export type RawEvent = Readonly<{ chaincode: string; name: string; payload: string }>;

/** One transaction of a block, valid or not. What cannot be read of it is `null` or empty. */
export type BlockTransaction = Readonly<{
    index: number;
    transactionId: string;
    /** `ENDORSER_TRANSACTION`, `CONFIG`, … */
    type: string;
    validationCode: string;
    creatorMspId: string | null;
    /** The client's time, milliseconds since the Unix epoch. */
    timestampMs: number | null;
    chaincode: string | null;
    verb: string | null;
    endorserMspIds: readonly string[];
    writes: readonly NamespaceWrites[];
    event: RawEvent | null;
}>;

/** A block as its bytes say. */
export type BlockView = Readonly<{
    blockNumber: number;
    /** Hash of the previous block's header, hex. */
    previousHash: string;
    /** Hash of this block's transactions, hex. */
    dataHash: string;
    /** MSPs of the orderers that signed it. */
    signerMspIds: readonly string[];
    transactions: readonly BlockTransaction[];
}>;

type Action = Pick<BlockTransaction, 'chaincode' | 'verb' | 'endorserMspIds' | 'writes' | 'event'>;

const NO_ACTION: Action = { chaincode: null, verb: null, endorserMspIds: [], writes: [], event: null };

const HEADER_TYPES = new Map<number, string>(Object.entries(common.HeaderType).map(([name, type]) => [type, name]));

/** Decodes a full block. Anyone can have nonsense ordered; it is reported as far as it can be read. */
export function readBlock(block: common.Block): BlockView {
    const header = block.getHeader();
    const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
    const codes = metadata[common.BlockMetadataIndex.TRANSACTIONS_FILTER] ?? new Uint8Array();
    const envelopes = block.getData()?.getDataList_asU8() ?? [];
    return {
        blockNumber: header?.getNumber() ?? 0,
        previousHash: hex(header?.getPreviousHash_asU8()),
        dataHash: hex(header?.getDataHash_asU8()),
        signerMspIds: signersOf(metadata[common.BlockMetadataIndex.SIGNATURES]),
        transactions: envelopes.map((bytes, index) => readTransaction(bytes, index, codes[index])),
    };
}

function readTransaction(bytes: Uint8Array, index: number, code: number | undefined): BlockTransaction {
    const validationCode = validationCodeName(code ?? peer.TxValidationCode.NOT_VALIDATED);
    const unread = { transactionId: '', type: 'UNREADABLE', creatorMspId: null, timestampMs: null };
    return readable(
        () => {
            const payload = common.Payload.deserializeBinary(
                common.Envelope.deserializeBinary(bytes).getPayload_asU8(),
            );
            const header = payload.getHeader();
            const channel = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array());
            const isEndorsed = channel.getType() === common.HeaderType.ENDORSER_TRANSACTION;
            return {
                index,
                validationCode,
                transactionId: channel.getTxId(),
                type: HEADER_TYPES.get(channel.getType()) ?? String(channel.getType()),
                creatorMspId: creatorOf(header?.getSignatureHeader_asU8()),
                timestampMs: timestampMsOf(channel),
                ...(isEndorsed ? readable(() => readAction(payload.getData_asU8()), NO_ACTION) : NO_ACTION),
            };
        },
        { index, validationCode, ...unread, ...NO_ACTION },
    );
}

/** The first action: Fabric's transactions have exactly one. */
function readAction(data: Uint8Array): Action {
    const [action] = peer.Transaction.deserializeBinary(data).getActionsList();
    if (action === undefined) {
        return NO_ACTION;
    }
    const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
    const endorsed = payload.getAction();
    const response = peer.ProposalResponsePayload.deserializeBinary(
        endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
    );
    const result = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
    const endorsers = endorsed?.getEndorsementsList() ?? [];
    return {
        chaincode: result.getChaincodeId()?.getName() ?? null,
        verb: verbOf(payload.getChaincodeProposalPayload_asU8()),
        endorserMspIds: endorsers.map((endorsement) => mspIdOf(endorsement.getEndorser_asU8())),
        writes: writesOf(result.getResults_asU8()),
        event: eventOf(result.getEvents_asU8()),
    };
}

/** The package's types name the timestamp's own without bringing them. */
export function timestampMsOf(channel: common.ChannelHeader): number | null {
    const timestamp = channel.getTimestamp() as
        Readonly<{ getSeconds: () => number; getNanos: () => number }> | undefined;
    return timestamp === undefined ? null : timestamp.getSeconds() * 1_000 + Math.floor(timestamp.getNanos() / 1e6);
}

function verbOf(proposalPayload: Uint8Array): string | null {
    const [verb] = argumentsOf(proposalPayload);
    return verb === undefined ? null : textOf(verb);
}

/** What the chaincode was called with: the verb, then its command. */
export function argumentsOf(proposalPayload: Uint8Array): readonly Uint8Array[] {
    const proposal = peer.ChaincodeProposalPayload.deserializeBinary(proposalPayload);
    const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
    return invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
}

function writesOf(results: Uint8Array): NamespaceWrites[] {
    const sets = ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList();
    const writes = sets.map((set) => {
        const content = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
        const written = content.getWritesList();
        return {
            namespace: set.getNamespace(),
            keys: written.map((write) => write.getKey()),
            // An empty value deletes, whatever the flag says.
            values: written.map((write) => (write.getIsDelete() ? null : textOf(write.getValue_asU8()) || null)),
            policyKeys: content.getMetadataWritesList().map((write) => write.getKey()),
        };
    });
    return writes.filter((each) => each.keys.length > 0 || each.policyKeys.length > 0);
}

export function eventOf(bytes: Uint8Array): RawEvent | null {
    const event = peer.ChaincodeEvent.deserializeBinary(bytes);
    const name = event.getEventName();
    return name === '' ? null : { chaincode: event.getChaincodeId(), name, payload: textOf(event.getPayload_asU8()) };
}

function signersOf(metadata: Uint8Array | undefined): string[] {
    const signatures = readable(
        () => common.Metadata.deserializeBinary(metadata ?? new Uint8Array()).getSignaturesList(),
        [],
    );
    const signers = signatures.map((signature) => creatorOf(signature.getSignatureHeader_asU8()));
    return signers.filter((mspId) => mspId !== null);
}

function creatorOf(signatureHeader: Uint8Array | undefined): string | null {
    const header = common.SignatureHeader.deserializeBinary(signatureHeader ?? new Uint8Array());
    const mspId = mspIdOf(header.getCreator_asU8());
    return mspId === '' ? null : mspId;
}

const mspIdOf = (identity: Uint8Array): string => msp.SerializedIdentity.deserializeBinary(identity).getMspid();

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function readable<Value>(read: () => Value, unreadable: Value): Value {
    try {
        return read();
    } catch {
        return unreadable;
    }
}
