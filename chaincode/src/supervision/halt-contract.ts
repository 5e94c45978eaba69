import { haltCodec, haltCommandCodec, haltsCodec, haltStatementCodec, liftCodec } from '../wire/halt.js';
import { carrierQueryCodec, coveringQueryCodec } from '../wire/query.js';
import { haltsCovering, latestHalt, recordHalt, recordLift } from '../store/halts.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** The regulator's suspension of trade on a carrier. */
export class HaltContract extends SupervisionContract {
    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SLOT_BEGUN {slot} · HALT_INVALID · HALT_CONFLICT */
    async set(ctx: SupervisionContext, command: string): Promise<string> {
        const { statement, signature } = haltCommandCodec.decode(command);
        const body = haltStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['halt', 'set'], 'commonwatt/halt/1', body, signature);
        return recordHalt(ctx, statement, mark, await ctx.rules());
    }

    /** @throws CALLER_NOT_SEATED · SLOT_BEGUN {slot} · HALT_MISSING {carrier} */
    async lift(ctx: SupervisionContext, command: string): Promise<string> {
        const { carrier, nextSlot } = liftCodec.decode(command);
        await ctx.officer('halt', 'lift');
        return recordLift(ctx, carrier, nextSlot);
    }

    async show(ctx: SupervisionContext, query: string): Promise<string> {
        return haltCodec.encode(await latestHalt(ctx.ledger, carrierQueryCodec.decode(query).carrier));
    }

    /** Halts whose waiver covers a slot: asked by the exchange when it settles. */
    async covering(ctx: SupervisionContext, query: string): Promise<string> {
        const { carrier, slot, graceSlots } = coveringQueryCodec.decode(query);
        return haltsCodec.encode(await haltsCovering(ctx.ledger, carrier, slot, graceSlots));
    }
}
