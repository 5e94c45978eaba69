import { demand, marketError } from '../domain/errors.js';
import { checkForceMajeure, type ForceMajeure, struckBy } from '../domain/force-majeure.js';
import {
    declarationQueryCodec,
    declareCodec,
    forceMajeureCodec,
    forceMajeureHashOf,
    forceMajeureStatementCodec,
} from '../wire/force-majeure.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { FORCE_MAJEURE, STRUCK_POINTS } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { pointOf } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** Force majeure, declared by the network operator's dispatcher with evidence, and confirmed by the regulator. */
export class ForceMajeureContract extends ExchangeContract {
    /**
     * Declares what struck points in some slots. It waives nothing until the regulator has confirmed it; slots that are
     * settled by then are corrected by reconciliation.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · METER_MISSING · FORCE_MAJEURE_INVALID · FORCE_MAJEURE_CONFLICT
     * {declarationId}
     */
    async declare(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = declareCodec.decode(command);
        const { declarationId, carrier, pointIds, fromSlot, untilSlot } = statement;
        const body = forceMajeureStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(
            ['force-majeure', 'declare'],
            'commonwatt/force-majeure/1',
            body,
            signature,
        );
        const existing = await ctx.ledger.get(FORCE_MAJEURE, declarationId);
        if (existing !== null) {
            const same = forceMajeureStatementCodec.isSame(existing.statement, statement);
            demand(same, 'FORCE_MAJEURE_CONFLICT', { declarationId });
            return forceMajeureCodec.encode(existing);
        }
        const points = [];
        for (const pointId of pointIds) {
            points.push(await pointOf(ctx, pointId));
        }
        checkForceMajeure(statement, points);
        const declared: ForceMajeure = { statement, ...mark, mspId: ctx.caller.mspId };
        ctx.ledger.put(FORCE_MAJEURE, declared);
        const factHash = forceMajeureHashOf(statement);
        for (let slot = fromSlot; slot < untilSlot; slot += 1) {
            const before = await ctx.ledger.get(STRUCK_POINTS, carrier, slot);
            ctx.ledger.put(STRUCK_POINTS, struckBy(before, slot, declared, factHash));
        }
        const payload = { declarationId, factHash, carrier, fromSlot, untilSlot };
        await ctx.commit({ event: { name: 'ForceMajeureDeclared/1', payload } });
        return forceMajeureCodec.encode(declared);
    }

    /** @throws FORCE_MAJEURE_MISSING {declarationId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { declarationId } = declarationQueryCodec.decode(query);
        const declared = await ctx.ledger.get(FORCE_MAJEURE, declarationId);
        if (declared === null) {
            throw marketError('FORCE_MAJEURE_MISSING', { declarationId });
        }
        return forceMajeureCodec.encode(declared);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(FORCE_MAJEURE, pageQueryCodec.decode(query)), forceMajeureCodec);
    }
}
