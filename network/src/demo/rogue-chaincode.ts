import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import { serveChaincodes } from '@commonwatt/chaincode/serve';
import { ROGUE_VERB, type RogueCommand } from './rogue-command.js';

type Chaincode = ReturnType<typeof exchangeChaincode>;

/** What a dishonest organisation could run on its own peer: everything as agreed, and one verb that writes any key. */
function rogue(honest: Chaincode): Chaincode {
    return {
        Init: (stub) => honest.Init(stub),
        Invoke: async (stub) => {
            const [verb, command = ''] = stub.getArgs();
            if (verb !== ROGUE_VERB) {
                return honest.Invoke(stub);
            }
            const { key, text } = JSON.parse(command) as RogueCommand;
            await stub.putState(key, Buffer.from(text, 'utf8'));
            return { status: 200, payload: Buffer.from(key, 'utf8') };
        },
    };
}

await serveChaincodes({ exchange: rogue(exchangeChaincode()), supervision: rogue(supervisionChaincode()) });
