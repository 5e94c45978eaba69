import { common, ledger, peer } from '@hyperledger/fabric-protos';
import type { CommittedTransaction } from '@commonwatt/chaincode/ledger-double';

/** A block as a peer would deliver it: one transaction, as far as who reads blocks looks at it. */
export function blockOf(
    { blockNumber, txId, chaincode, writes, event }: CommittedTransaction,
    code: keyof peer.TxValidationCodeMap = 'VALID',
): common.Block {
    const sets = [...new Set(writes.map((write) => write.chaincode))].map((namespace) => {
        const content = new ledger.rwset.kvrwset.KVRWSet();
        content.setWritesList(writes.filter((write) => write.chaincode === namespace).map(writeOf));
        const set = new ledger.rwset.NsReadWriteSet();
        set.setNamespace(namespace);
        set.setRwset(content.serializeBinary());
        return set;
    });
    const results = new ledger.rwset.TxReadWriteSet();
    results.setNsRwsetList(sets);
    const invoked = new peer.ChaincodeID();
    invoked.setName(chaincode);
    const action = new peer.ChaincodeAction();
    action.setChaincodeId(invoked);
    action.setResults(results.serializeBinary());
    if (event !== null) {
        const emitted = new peer.ChaincodeEvent();
        emitted.setChaincodeId(chaincode);
        emitted.setEventName(event.name);
        emitted.setPayload(Buffer.from(event.payload));
        action.setEvents(emitted.serializeBinary());
    }
    return inBlock(blockNumber, envelopeOf(txId, action), code);
}

function writeOf({ key, value }: CommittedTransaction['writes'][number]): ledger.rwset.kvrwset.KVWrite {
    const write = new ledger.rwset.kvrwset.KVWrite();
    write.setKey(key);
    write.setIsDelete(value === null);
    write.setValue(Buffer.from(value ?? ''));
    return write;
}

function envelopeOf(txId: string, action: peer.ChaincodeAction): common.Envelope {
    const response = new peer.ProposalResponsePayload();
    response.setExtension$(action.serializeBinary());
    const endorsed = new peer.ChaincodeEndorsedAction();
    endorsed.setProposalResponsePayload(response.serializeBinary());
    const content = new peer.ChaincodeActionPayload();
    content.setAction(endorsed);
    const only = new peer.TransactionAction();
    only.setPayload(content.serializeBinary());
    const transaction = new peer.Transaction();
    transaction.setActionsList([only]);
    const channel = new common.ChannelHeader();
    channel.setType(common.HeaderType.ENDORSER_TRANSACTION);
    channel.setTxId(txId);
    const header = new common.Header();
    header.setChannelHeader(channel.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    payload.setData(transaction.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    return envelope;
}

function inBlock(blockNumber: number, envelope: common.Envelope, code: keyof peer.TxValidationCodeMap): common.Block {
    const header = new common.BlockHeader();
    header.setNumber(blockNumber);
    const data = new common.BlockData();
    data.setDataList([envelope.serializeBinary()]);
    const metadata = new common.BlockMetadata();
    const filter = Buffer.from([peer.TxValidationCode[code]]);
    metadata.setMetadataList([Buffer.of(), Buffer.of(), filter, Buffer.of(), Buffer.of()]);
    const block = new common.Block();
    block.setHeader(header);
    block.setData(data);
    block.setMetadata(metadata);
    return block;
}
