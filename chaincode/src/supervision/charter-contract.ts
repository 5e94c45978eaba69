import { confirmCharter, establishCharter } from '../domain/established-charter.js';
import { confirmCodec, establishedCharterCodec } from '../wire/charter.js';
import { commitConfirmed, commitEstablished, wantedOf } from '../store/constituting.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** The weak centre's copy of the charter: who may name which officers. */
export class CharterContract extends SupervisionContract {
    /**
     * One that is not confirmed by all is replaced by another, and has to be confirmed anew.
     * @throws CALLER_NOT_ADMIN · CHARTER_INVALID · RULES_INVALID · CHARTER_ESTABLISHED {charterHash} when another one is in force
     */
    async establish(ctx: SupervisionContext, command: string): Promise<string> {
        const wanted = wantedOf(ctx, command);
        const existing = await ctx.standingCharter();
        const established = establishCharter(existing, wanted);
        if (established !== existing) {
            await commitEstablished(ctx, established);
        }
        return establishedCharterCodec.encode(established);
    }

    /** @throws CHARTER_MISSING · CALLER_NOT_ADMIN · CHARTER_DIFFERS {charterHash, establishedHash} */
    async confirm(ctx: SupervisionContext, command: string): Promise<string> {
        const { charterHash } = confirmCodec.decode(command);
        const existing = await ctx.established();
        ctx.demandAdmin(existing.charter);
        const confirmed = confirmCharter(existing, charterHash, ctx.caller.mspId);
        if (confirmed !== existing) {
            await commitConfirmed(ctx, confirmed);
        }
        return establishedCharterCodec.encode(confirmed);
    }

    /** The charter as it stands, and who has confirmed it. */
    async show(ctx: SupervisionContext): Promise<string> {
        return establishedCharterCodec.encode(await ctx.established());
    }
}
