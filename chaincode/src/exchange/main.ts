import { ContractChaincode } from '../contract-chaincode.js';
import { serveAlone } from '../serve-alone.js';
import { ExchangeContract } from './exchange-contract.js';
import { EXCHANGE_HANDLERS } from './verbs.js';

await serveAlone(new ContractChaincode('exchange', new ExchangeContract('exchange'), EXCHANGE_HANDLERS));
