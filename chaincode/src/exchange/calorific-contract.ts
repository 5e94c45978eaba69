import { type Calorific, isPublished } from '../domain/calorific.js';
import { marketError } from '../domain/errors.js';
import { calorificCodec, calorificStatementCodec, publishCalorificCodec } from '../wire/calorific.js';
import { slotQueryCodec } from '../wire/query.js';
import { CALORIFIC } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** Calorific values of gas, published by the network operator's metering seat once they are measured. */
export class CalorificContract extends ExchangeContract {
    /**
     * Publishes the gross calorific value of slots that are over, once for each slot.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SLOT_NOT_OVER · CALORIFIC_CONFLICT {slot}
     */
    async publish(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = publishCalorificCodec.decode(command);
        const body = calorificStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['calorific', 'publish'], 'commonwatt/calorific/1', body, signature);
        const { fromSlot, slotCount } = statement;
        await ctx.demandOver(fromSlot + slotCount - 1);
        const published: Calorific[] = [];
        for (let slot = fromSlot; slot < fromSlot + slotCount; slot += 1) {
            if (!isPublished(await ctx.ledger.get(CALORIFIC, slot), slot, statement)) {
                published.push({ slot, statement, ...mark });
            }
        }
        if (published.length > 0) {
            published.forEach((calorific) => {
                ctx.ledger.put(CALORIFIC, calorific);
            });
            await ctx.commit({ event: { name: 'CalorificPublished/1', payload: statement } });
        }
        return calorificStatementCodec.encode(statement);
    }

    /** @throws CALORIFIC_MISSING {slot} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { slot } = slotQueryCodec.decode(query);
        const calorific = await ctx.ledger.get(CALORIFIC, slot);
        if (calorific === null) {
            throw marketError('CALORIFIC_MISSING', { slot });
        }
        return calorificCodec.encode(calorific);
    }
}
