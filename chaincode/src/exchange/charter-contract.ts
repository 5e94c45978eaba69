import { checkCharter } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { checkRules } from '../domain/rules.js';
import { charterCodec, establishCodec, rulesCodec } from '../wire/charter.js';
import { CHARTER, RULES } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** The constitution of the market and the rules in force. */
export class CharterContract extends ExchangeContract {
    /** @throws CALLER_NOT_ADMIN · CHARTER_INVALID · RULES_INVALID · CHARTER_ESTABLISHED {} when another charter stands */
    async establish(ctx: TradeContext, command: string): Promise<string> {
        const { charter, rules } = establishCodec.decode(command);
        checkCharter(charter);
        checkRules(rules);
        demand(rules.version === 1, 'RULES_INVALID', { reason: 'the first rules have version 1' });
        ctx.demandAdmin(charter);
        const answer = charterCodec.encode(charter);
        const existing = await ctx.ledger.get(CHARTER);
        if (existing !== null) {
            const inForce = await ctx.rules();
            const same =
                charterCodec.encode(existing) === answer &&
                (inForce.version > rules.version || rulesCodec.isSame(inForce, rules));
            demand(same, 'CHARTER_ESTABLISHED');
            return answer;
        }
        ctx.ledger.put(CHARTER, charter);
        ctx.ledger.put(RULES, rules);
        const { currency, firstSlot } = charter;
        await ctx.ledger.commit({ event: { name: 'CharterEstablished/1', payload: { currency, firstSlot } } });
        return answer;
    }

    async show(ctx: TradeContext): Promise<string> {
        return charterCodec.encode(await ctx.charter());
    }

    async showRules(ctx: TradeContext): Promise<string> {
        return rulesCodec.encode(await ctx.rules());
    }
}
