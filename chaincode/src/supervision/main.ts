import { ContractChaincode } from '../contract-chaincode.js';
import { serveAlone } from '../serve-alone.js';
import { SupervisionContract } from './supervision-contract.js';
import { SUPERVISION_HANDLERS } from './verbs.js';

await serveAlone(new ContractChaincode('supervision', new SupervisionContract('supervision'), SUPERVISION_HANDLERS));
