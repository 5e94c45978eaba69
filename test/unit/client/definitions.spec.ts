import { peer } from '@hyperledger/fabric-protos';
import { Definitions } from '@commonwatt/client/auditor/definitions';
import type { TransactionContent } from '@commonwatt/client/auditor/transaction-content';
import { expect } from 'chai';

const NOW_MS = 1_000_000;
const content = (more: Partial<TransactionContent>): TransactionContent => more as TransactionContent;

/** The transaction with which organisations put a version into force. */
function commit(name: string, version: string, timeMs: number): TransactionContent {
    const args = new peer.lifecycle.CommitChaincodeDefinitionArgs();
    args.setName(name);
    args.setVersion(version);
    const verb = Buffer.from('CommitChaincodeDefinition');
    return content({ chaincode: '_lifecycle', args: [verb, args.serializeBinary()], timeMs });
}

describe('versions of chaincodes in the blocks', () => {
    const definitions = new Definitions();
    definitions.take(commit('exchange', '1', 0), 3);
    definitions.take(commit('supervision', '1', 0), 4);
    definitions.take(content({ chaincode: '_lifecycle', args: [Buffer.from('ApproveChaincodeDefinition')] }), 8);
    definitions.take(commit('exchange', '2', NOW_MS), 9);
    const mayState = (version: string, timeMs: number): boolean =>
        definitions.mayState(content({ chaincode: 'exchange', version, timeMs }));

    it('come into force when they are committed, each for its chaincode', () => {
        expect(definitions.inForce('exchange')).to.equal('2');
        expect(definitions.inForce('supervision')).to.equal('1');
        expect(definitions.inForce('another')).to.equal('');
        expect(definitions.all.map(({ blockNumber }) => blockNumber)).to.deep.equal([3, 4, 9]);
    });

    it('are stated by what they endorsed', () => {
        expect(mayState('2', NOW_MS + 1)).to.equal(true);
    });

    it('count for what was under way when they were superseded, and for nothing later', () => {
        expect(mayState('1', NOW_MS - 1)).to.equal(true);
        expect(mayState('1', NOW_MS + 60_000)).to.equal(true);
        expect(mayState('1', NOW_MS + 60_001)).to.equal(false);
    });

    it('that nobody approved count for nothing', () => {
        expect(mayState('3', NOW_MS)).to.equal(false);
        expect(definitions.mayState(content({ chaincode: 'another', version: '1', timeMs: 0 }))).to.equal(false);
    });

    it('go on from a checkpoint', () => {
        const resumed = new Definitions(definitions.all);
        expect(resumed.inForce('exchange')).to.equal('2');
    });
});
