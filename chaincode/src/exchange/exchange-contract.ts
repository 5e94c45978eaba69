import { MarketContract } from '../store/market-contract.js';
import { TradeContext } from './trade-context.js';

/** Base of the contracts of the market. */
export class ExchangeContract extends MarketContract {
    override createContext(): TradeContext {
        return new TradeContext();
    }
}
