import { type Charter, checkCharter } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { charterCodec, establishCodec } from '../wire/charter.js';
import { CHARTER } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** The weak centre's copy of the charter: who may name which officers. */
export class CharterContract extends SupervisionContract {
    /** @throws CALLER_NOT_ADMIN · CHARTER_INVALID · CHARTER_ESTABLISHED {} when another charter stands */
    async establish(ctx: SupervisionContext, command: string): Promise<string> {
        const { charter } = establishCodec.decode(command);
        checkCharter(charter);
        ctx.demandAdmin(charter);
        const answer = charterCodec.encode(charter);
        const existing: Charter | null = await ctx.ledger.get(CHARTER);
        if (existing !== null) {
            demand(charterCodec.encode(existing) === answer, 'CHARTER_ESTABLISHED');
            return answer;
        }
        ctx.ledger.put(CHARTER, charter);
        const { currency, firstSlot } = charter;
        await ctx.ledger.commit({ event: { name: 'CharterEstablished/1', payload: { currency, firstSlot } } });
        return answer;
    }

    async show(ctx: SupervisionContext): Promise<string> {
        return charterCodec.encode(await ctx.charter());
    }
}
