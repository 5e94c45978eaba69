import { exchangeChaincode, supervisionChaincode } from './chaincodes.js';
import { serveChaincodes } from './serve.js';

await serveChaincodes({ exchange: exchangeChaincode(), supervision: supervisionChaincode() });
