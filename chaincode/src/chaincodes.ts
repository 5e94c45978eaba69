import type { ChaincodeInterface } from 'fabric-shim';
import { ContractChaincode } from './contract-chaincode.js';
import { ExchangeContract } from './exchange/exchange-contract.js';
import { EXCHANGE_HANDLERS } from './exchange/verbs.js';
import { SupervisionContract } from './supervision/supervision-contract.js';
import { SUPERVISION_HANDLERS } from './supervision/verbs.js';

export const exchangeChaincode = (): ChaincodeInterface =>
    new ContractChaincode('exchange', new ExchangeContract('exchange'), EXCHANGE_HANDLERS);

export const supervisionChaincode = (): ChaincodeInterface =>
    new ContractChaincode('supervision', new SupervisionContract('supervision'), SUPERVISION_HANDLERS);
