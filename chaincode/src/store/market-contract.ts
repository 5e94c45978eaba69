import { Contract } from 'fabric-contract-api';
import { type OwnTimeMs, systemTimeMs } from './clock-guard.js';
import type { MarketContext } from './market-context.js';

/** A verb: canonical command in, canonical answer out. */
export type Handler<MarketContextType extends MarketContext> = (
    ctx: MarketContextType,
    command: string,
) => Promise<string>;

/** What every contract does before a verb runs. */
export abstract class MarketContract extends Contract {
    readonly #ownTimeMs: OwnTimeMs;

    constructor(name: string, ownTimeMs: OwnTimeMs = systemTimeMs) {
        super(name);
        this.#ownTimeMs = ownTimeMs;
    }

    override async beforeTransaction(ctx: MarketContext): Promise<void> {
        ctx.admit(this.#ownTimeMs());
        await super.beforeTransaction(ctx);
    }
}
