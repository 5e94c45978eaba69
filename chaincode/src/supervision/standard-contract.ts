import { marketError } from '../domain/errors.js';
import { isPublished, type Standard } from '../domain/standard.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { publishStandardCodec, standardCodec, standardRefCodec, standardStatementCodec } from '../wire/standard.js';
import { STANDARD } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** Standards for devices, formulated by the regulator (paper §3.1). */
export class StandardContract extends SupervisionContract {
    /**
     * Publishes a standard for deliveries of slots that have not begun.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · STANDARD_CONFLICT · SLOT_BEGUN
     */
    async publish(ctx: SupervisionContext, command: string): Promise<string> {
        const { statement, signature } = publishStandardCodec.decode(command);
        const body = standardStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['standard', 'publish'], 'commonwatt/standard/1', body, signature);
        const { standardId, carrier, fromSlot } = statement;
        const existing = await ctx.ledger.get(STANDARD, standardId);
        if (isPublished(existing, statement)) {
            return standardCodec.encode(existing ?? { statement, ...mark });
        }
        await ctx.demandNotBegun(fromSlot);
        const standard: Standard = { statement, ...mark };
        ctx.ledger.put(STANDARD, standard);
        await ctx.ledger.commit({
            event: { name: 'StandardPublished/1', payload: { standardId, carrier, fromSlot } },
        });
        return standardCodec.encode(standard);
    }

    /** @throws STANDARD_MISSING {standardId} */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { standardId } = standardRefCodec.decode(query);
        const standard = await ctx.ledger.get(STANDARD, standardId);
        if (standard === null) {
            throw marketError('STANDARD_MISSING', { standardId });
        }
        return standardCodec.encode(standard);
    }

    async list(ctx: SupervisionContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(STANDARD, pageQueryCodec.decode(query)), standardCodec);
    }
}
