import { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { encodePolicy } from '@commonwatt/chaincode/store/policies';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { mspIdOf, orgNames } from '@commonwatt/network';
import { describeLedgerCases } from '../support/ledger-cases/describe-ledger-cases.js';
import { scriptedChaincode } from '../support/ledger-cases/scripted-chaincode.js';

const MSP_IDS = orgNames.map(mspIdOf);
const REGULATOR = mspIdOf('regulator');
/** As the network defines its chaincodes. */
const POLICIES = {
    exchange: encodePolicy({ required: [], outOf: 3, others: MSP_IDS }),
    supervision: encodePolicy({
        required: [REGULATOR],
        outOf: 2,
        others: MSP_IDS.filter((mspId) => mspId !== REGULATOR),
    }),
};

describe('the ledger double', () => {
    const chaincodes = { exchange: scriptedChaincode, supervision: scriptedChaincode };
    const double = new LedgerDouble('market', chaincodes, POLICIES);
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
