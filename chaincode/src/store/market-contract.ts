import { Contract } from 'fabric-contract-api';
import type { MarketContext } from './market-context.js';

/** A verb: canonical command in, canonical answer out. */
export type Handler<MarketContextType extends MarketContext> = (
    ctx: MarketContextType,
    command: string,
) => Promise<string>;

/** What every contract does before a verb runs. */
export abstract class MarketContract extends Contract {
    override async beforeTransaction(ctx: MarketContext): Promise<void> {
        ctx.admit();
        await super.beforeTransaction(ctx);
    }
}
