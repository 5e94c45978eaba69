import { marketError } from '../domain/errors.js';
import { demandUnreserved } from '../domain/reserved-ids.js';
import { registerSource } from '../domain/source.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { sourceCodec, sourceQueryCodec } from '../wire/source.js';
import { SOURCE } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** External sources, registered by the metering seat. */
export class SourceContract extends ExchangeContract {
    /** @throws CALLER_NOT_SEATED · ID_RESERVED {id} · SOURCE_CONFLICT {sourceId} */
    async register(ctx: TradeContext, command: string): Promise<string> {
        const source = sourceCodec.decode(command);
        const { sourceId } = source;
        await ctx.officer('source', 'register');
        demandUnreserved(sourceId);
        const existing = await ctx.ledger.get(SOURCE, sourceId);
        const registered = registerSource(existing, source);
        if (existing === null) {
            ctx.ledger.put(SOURCE, registered);
            await ctx.commit({ event: { name: 'SourceRegistered/1', payload: { sourceId } } });
        }
        return sourceCodec.encode(registered);
    }

    /** @throws SOURCE_MISSING {sourceId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { sourceId } = sourceQueryCodec.decode(query);
        const source = await ctx.ledger.get(SOURCE, sourceId);
        if (source === null) {
            throw marketError('SOURCE_MISSING', { sourceId });
        }
        return sourceCodec.encode(source);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SOURCE, pageQueryCodec.decode(query)), sourceCodec);
    }
}
