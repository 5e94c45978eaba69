import { serveChaincodes } from '@commonwatt/chaincode/serve';
import type { ChaincodeInterface } from 'fabric-shim';
import type { Attack } from './attack.js';

/** Chaincode of organisations that have agreed to write what they like. */
const attacking: ChaincodeInterface = {
    Init: () => Promise.resolve({ status: 200 }),
    Invoke: async (stub) => {
        const [, command = ''] = stub.getArgs();
        const { key, text, policy } = JSON.parse(command) as Attack;
        await (text === null ? stub.deleteState(key) : stub.putState(key, Buffer.from(text, 'utf8')));
        if (policy !== null) {
            await stub.setStateValidationParameter(key, Buffer.from(policy, 'hex'));
        }
        return { status: 200, payload: Buffer.from(key, 'utf8') };
    },
};

await serveChaincodes({ exchange: attacking, supervision: attacking });
