import { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { mspIdOf, orgNames } from '@commonwatt/network';
import { CHAINCODE_POLICIES } from '../support/chaincode-policies.js';
import { describeLedgerCases } from '../support/ledger-cases/describe-ledger-cases.js';
import { scriptedChaincode } from '../support/ledger-cases/scripted-chaincode.js';

describe('the ledger double', () => {
    const chaincodes = { exchange: scriptedChaincode, supervision: scriptedChaincode };
    const double = new LedgerDouble('market', chaincodes, CHAINCODE_POLICIES);
    const creator = { mspid: mspIdOf('operator'), idBytes: new Uint8Array() };

    describeLedgerCases(() => ({
        endorse: async (operations, { chaincode = 'exchange', endorsers = orgNames } = {}) => {
            const args = ['play', JSON.stringify(operations)];
            const proposal = { chaincode, args, creator, endorsers: endorsers.map(mspIdOf) };
            const endorsement = await double.endorse(proposal);
            if (endorsement.status !== 200) {
                throw new Error(endorsement.message);
            }
            return {
                answers: JSON.parse(endorsement.payload) as Json[],
                event: endorsement.event,
                commit: () => Promise.resolve(double.commit(endorsement)),
            };
        },
    }));
});
