import { serveChaincodes } from '@commonwatt/chaincode/serve';
import { scriptedChaincode } from './scripted-chaincode.js';

await serveChaincodes({ exchange: scriptedChaincode, supervision: scriptedChaincode });
