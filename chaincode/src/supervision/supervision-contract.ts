import { MarketContract } from '../store/market-contract.js';
import { SupervisionContext } from './supervision-context.js';

/** Base of the contracts of the weak centre. */
export class SupervisionContract extends MarketContract {
    override createContext(): SupervisionContext {
        return new SupervisionContext();
    }
}
