import { marketError } from '../domain/errors.js';
import { followsRequirement, type Requirement } from '../domain/requirement.js';
import { carrierQueryCodec, encodePage, pageQueryCodec } from '../wire/query.js';
import { publishRequirementCodec, requirementCodec, requirementStatementCodec } from '../wire/requirement.js';
import { REQUIREMENT } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** What the operators of supply networks ask of trades (paper §2.2). */
export class RequirementContract extends ExchangeContract {
    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · REQUIREMENT_CONFLICT {carrier, version} */
    async publish(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = publishRequirementCodec.decode(command);
        const body = requirementStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['requirement', 'publish'], 'commonwatt/requirement/1', body, signature);
        const { carrier, version } = statement;
        const existing = await ctx.ledger.get(REQUIREMENT, carrier);
        const repeated = existing !== null && requirementStatementCodec.isSame(existing.statement, statement);
        if (repeated) {
            return requirementCodec.encode(existing);
        }
        followsRequirement(existing, statement);
        const requirement: Requirement = { statement, ...mark };
        ctx.ledger.put(REQUIREMENT, requirement);
        await ctx.commit({ event: { name: 'RequirementPublished/1', payload: { carrier, version } } });
        return requirementCodec.encode(requirement);
    }

    /** @throws REQUIREMENT_MISSING {carrier} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { carrier } = carrierQueryCodec.decode(query);
        const requirement = await ctx.ledger.get(REQUIREMENT, carrier);
        if (requirement === null) {
            throw marketError('REQUIREMENT_MISSING', { carrier });
        }
        return requirementCodec.encode(requirement);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(REQUIREMENT, pageQueryCodec.decode(query)), requirementCodec);
    }
}
