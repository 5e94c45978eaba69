import type { Charter } from '../domain/charter.js';
import {
    confirmCharter,
    demandFounded,
    establishCharter,
    type EstablishedCharter,
} from '../domain/established-charter.js';
import type { DatedRules } from '../domain/rules.js';
import { canonicalJson } from '../wire/canonical.js';
import { confirmCodec, datedRulesCodec, establishedCharterCodec, rulesCodec } from '../wire/charter.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { commitConfirmed, commitEstablished, wantedOf } from '../store/constituting.js';
import { RULES, RULES_VERSION } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** The constitution of the market and the rules in force. */
export class CharterContract extends ExchangeContract {
    /**
     * One that is not confirmed by all is replaced by another, and has to be confirmed anew. It is the weak centre's charter.
     * @throws CALLER_NOT_ADMIN · CHARTER_INVALID · RULES_INVALID · CHARTER_ESTABLISHED {charterHash} when another one is in
     * force · CHARTER_MISSING · CHARTER_DIFFERS {charterHash, establishedHash} from what the weak centre holds
     */
    async establish(ctx: TradeContext, command: string): Promise<string> {
        const wanted = wantedOf(ctx, command);
        const existing = await ctx.standingCharter();
        const established = establishCharter(existing, wanted);
        if (established !== existing) {
            demandFounded(established, await this.#atSupervision(ctx, wanted.charter));
            const dated: DatedRules = { rules: wanted.rules, fromSlot: wanted.charter.firstSlot, proposalId: null };
            ctx.ledger.put(RULES, dated);
            ctx.ledger.put(RULES_VERSION, dated);
            await commitEstablished(ctx, established);
        }
        return establishedCharterCodec.encode(established);
    }

    /**
     * An organisation confirms at the weak centre first.
     * @throws CHARTER_MISSING · CALLER_NOT_ADMIN · CHARTER_DIFFERS {charterHash, establishedHash} from the one that stands here
     * or at the weak centre · CHARTER_UNCONFIRMED {charterHash, missing} by whom at the weak centre
     */
    async confirm(ctx: TradeContext, command: string): Promise<string> {
        const { charterHash } = confirmCodec.decode(command);
        const existing = await ctx.established();
        ctx.demandAdmin(existing.charter);
        const confirmed = confirmCharter(existing, charterHash, ctx.caller.mspId);
        if (confirmed !== existing) {
            demandFounded(confirmed, await this.#atSupervision(ctx, existing.charter));
            await commitConfirmed(ctx, confirmed);
        }
        return establishedCharterCodec.encode(confirmed);
    }

    /** The charter as it stands, and who has confirmed it. */
    async show(ctx: TradeContext): Promise<string> {
        return establishedCharterCodec.encode(await ctx.established());
    }

    /** What the weak centre holds; its record joins the read set. */
    async #atSupervision(ctx: TradeContext, { chaincodes }: Charter): Promise<EstablishedCharter> {
        const answer = await ctx.ledger.call(chaincodes.supervision, 'charter:show', canonicalJson({}));
        return establishedCharterCodec.decode(answer);
    }

    async showRules(ctx: TradeContext): Promise<string> {
        return rulesCodec.encode(await ctx.rules());
    }

    /** Every version, in force or not, with the slot it is in force from. */
    async listRules(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(RULES_VERSION, pageQueryCodec.decode(query)), datedRulesCodec);
    }
}
