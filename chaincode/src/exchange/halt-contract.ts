import { haltCodec, haltCommandCodec, haltStatementCodec, liftCodec } from '../wire/halt.js';
import { carrierQueryCodec } from '../wire/query.js';
import { latestHalt, recordHalt, recordLift } from '../store/halts.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** The network operator's suspension of trade on a carrier. */
export class HaltContract extends ExchangeContract {
    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SLOT_BEGUN · HALT_INVALID · HALT_CONFLICT */
    async set(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = haltCommandCodec.decode(command);
        const body = haltStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['halt', 'set'], 'commonwatt/halt/1', body, signature);
        return recordHalt(ctx, statement, mark, await ctx.rules());
    }

    /** @throws CALLER_NOT_SEATED · SLOT_BEGUN · HALT_MISSING {carrier} */
    async lift(ctx: TradeContext, command: string): Promise<string> {
        const { carrier, nextSlot } = liftCodec.decode(command);
        await ctx.officer('halt', 'lift');
        return recordLift(ctx, carrier, nextSlot);
    }

    async show(ctx: TradeContext, query: string): Promise<string> {
        return haltCodec.encode(await latestHalt(ctx.ledger, carrierQueryCodec.decode(query).carrier));
    }
}
