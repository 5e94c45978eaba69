import type { ChaincodeInterface } from 'fabric-shim';
import { ContractChaincode } from './contract-chaincode.js';
import { type OwnTimeMs, systemTimeMs } from './store/clock-guard.js';
import { ExchangeContract } from './exchange/exchange-contract.js';
import { EXCHANGE_HANDLERS } from './exchange/verbs.js';
import { SupervisionContract } from './supervision/supervision-contract.js';
import { SUPERVISION_HANDLERS } from './supervision/verbs.js';

/** @param ownTimeMs clock of whoever runs it; what is run again is run at the time it had */
export const exchangeChaincode = (ownTimeMs: OwnTimeMs = systemTimeMs): ChaincodeInterface =>
    new ContractChaincode('exchange', new ExchangeContract('exchange', ownTimeMs), EXCHANGE_HANDLERS);

export const supervisionChaincode = (ownTimeMs: OwnTimeMs = systemTimeMs): ChaincodeInterface =>
    new ContractChaincode('supervision', new SupervisionContract('supervision', ownTimeMs), SUPERVISION_HANDLERS);
