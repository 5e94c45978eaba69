import { common } from '@hyperledger/fabric-protos';
import { type BlockTransaction, type BlockView, eventsOf, readBlock } from '@commonwatt/client';
import { encodeEvent } from '@commonwatt/chaincode/wire/events';
import { expect } from 'chai';

const PAYLOAD = { carrier: 'electricity', liftedSlot: 7 } as const;
const EVENT = {
    chaincode: 'exchange',
    name: 'HaltLifted/1',
    payload: encodeEvent({ name: 'HaltLifted/1', payload: PAYLOAD }),
};

const transaction = (changes: Partial<BlockTransaction>): BlockTransaction => ({
    index: 0,
    transactionId: 'tx',
    type: 'ENDORSER_TRANSACTION',
    validationCode: 'VALID',
    creatorMspId: 'OperatorMSP',
    timestampMs: 0,
    chaincode: 'exchange',
    verb: 'halt:lift',
    endorserMspIds: [],
    writes: [],
    event: EVENT,
    ...changes,
});

const block = (...transactions: BlockTransaction[]): BlockView => ({
    blockNumber: 5,
    previousHash: '',
    dataHash: '',
    signerMspIds: [],
    transactions,
});

describe('events', () => {
    it('are decoded with their place on the channel', () => {
        const [record] = eventsOf(block(transaction({ index: 3 })), ['exchange']);
        expect(record?.event).to.deep.equal({ name: 'HaltLifted/1', payload: PAYLOAD });
        expect(record?.position).to.deep.equal({ blockNumber: 5, transactionIndex: 3 });
    });

    it('do not count when the transaction is invalid, of another chaincode, or of a version not known', () => {
        const others = [
            transaction({ validationCode: 'MVCC_READ_CONFLICT' }),
            transaction({ chaincode: 'other' }),
            transaction({ event: { ...EVENT, chaincode: 'supervision' } }),
            transaction({ event: { ...EVENT, name: 'HaltLifted/9' } }),
            transaction({ event: null }),
        ];
        expect(eventsOf(block(...others), ['exchange', 'supervision'])).to.deep.equal([]);
    });
});

describe('block reader', () => {
    it('reports what it cannot read, and reads on', () => {
        const header = new common.BlockHeader();
        header.setNumber(9);
        header.setDataHash(Buffer.from('abcd', 'hex'));
        const data = new common.BlockData();
        data.setDataList([Buffer.from('ffffff', 'hex'), new common.Envelope().serializeBinary()]);
        const metadata = new common.BlockMetadata();
        metadata.setMetadataList([Buffer.from('ff', 'hex'), Buffer.from([]), Buffer.from([2, 10])]);
        const raw = new common.Block();
        raw.setHeader(header);
        raw.setData(data);
        raw.setMetadata(metadata);
        const view = readBlock(raw);
        expect(view).to.deep.include({ blockNumber: 9, dataHash: 'abcd', signerMspIds: [] });
        expect(view.transactions.map(({ validationCode }) => validationCode)).to.deep.equal([
            'BAD_PAYLOAD',
            'ENDORSEMENT_POLICY_FAILURE',
        ]);
        expect(view.transactions[0]).to.deep.include({ type: 'UNREADABLE', chaincode: null });
    });
});
