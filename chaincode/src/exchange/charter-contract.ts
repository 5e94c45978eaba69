import { checkCharter } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { checkRules, type DatedRules } from '../domain/rules.js';
import { charterCodec, datedRulesCodec, establishCodec, rulesCodec } from '../wire/charter.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { CHARTER, RULES, RULES_VERSION } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** The constitution of the market and the rules in force. */
export class CharterContract extends ExchangeContract {
    /** @throws CALLER_NOT_ADMIN · CHARTER_INVALID · RULES_INVALID · CHARTER_ESTABLISHED {} when another charter stands */
    async establish(ctx: TradeContext, command: string): Promise<string> {
        const { charter, rules } = establishCodec.decode(command);
        checkCharter(charter);
        checkRules(rules, charter);
        demand(rules.version === 1, 'RULES_INVALID', { reason: 'the first rules have version 1' });
        ctx.demandAdmin(charter);
        const answer = charterCodec.encode(charter);
        const existing = await ctx.ledger.get(CHARTER);
        if (existing !== null) {
            const first = await ctx.ledger.get(RULES_VERSION, rules.version);
            const same = charterCodec.encode(existing) === answer && first !== null;
            demand(same && rulesCodec.isSame(first.rules, rules), 'CHARTER_ESTABLISHED');
            return answer;
        }
        const { currency, firstSlot } = charter;
        const dated: DatedRules = { rules, fromSlot: firstSlot, proposalId: null };
        ctx.ledger.put(CHARTER, charter);
        ctx.ledger.put(RULES, dated);
        ctx.ledger.put(RULES_VERSION, dated);
        await ctx.ledger.commit({ event: { name: 'CharterEstablished/1', payload: { currency, firstSlot } } });
        return answer;
    }

    async show(ctx: TradeContext): Promise<string> {
        return charterCodec.encode(await ctx.charter());
    }

    async showRules(ctx: TradeContext): Promise<string> {
        return rulesCodec.encode(await ctx.rules());
    }

    /** Every version, in force or not, with the slot it is in force from. */
    async listRules(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(RULES_VERSION, pageQueryCodec.decode(query)), datedRulesCodec);
    }
}
