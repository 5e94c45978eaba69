import { type Conformity, type ConformityStatus, followsConformity } from '../domain/conformity.js';
import { demand, marketError } from '../domain/errors.js';
import { certifyCodec, conformityCodec, conformityRefCodec, conformityStatementCodec } from '../wire/conformity.js';
import { encodePage, pointPageQueryCodec } from '../wire/query.js';
import { CONFORMITY, STANDARD } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

const STATUSES = { certify: 'certified', withdraw: 'withdrawn' } as const satisfies Record<string, ConformityStatus>;

/** Certificates of conformity of devices. */
export class ConformityContract extends SupervisionContract {
    async certify(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#state(ctx, command, 'certify');
    }

    async withdraw(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#state(ctx, command, 'withdraw');
    }

    /** @throws CONFORMITY_MISSING {deviceId, standardId, status} */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { pointId, standardId } = conformityRefCodec.decode(query);
        const conformity = await ctx.ledger.get(CONFORMITY, pointId, standardId);
        if (conformity === null) {
            throw marketError('CONFORMITY_MISSING', { deviceId: pointId, standardId, status: 'none' });
        }
        return conformityCodec.encode(conformity);
    }

    /** Certificates of one device. */
    async list(ctx: SupervisionContext, query: string): Promise<string> {
        const { pointId, ...page } = pointPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(CONFORMITY, page, [pointId]), conformityCodec);
    }

    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · STANDARD_MISSING · CONFORMITY_CONFLICT */
    async #state(ctx: SupervisionContext, command: string, verb: keyof typeof STATUSES): Promise<string> {
        const status = STATUSES[verb];
        const { statement, signature } = certifyCodec.decode(command);
        demand(statement.status === status, 'INPUT_INVALID', { path: 'statement.status', reason: status });
        const body = conformityStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['conformity', verb], 'commonwatt/conformity/1', body, signature);
        const { pointId, standardId, sequence } = statement;
        const existing = await ctx.ledger.get(CONFORMITY, pointId, standardId);
        const repeated = existing !== null && conformityStatementCodec.isSame(existing.statement, statement);
        if (repeated) {
            return conformityCodec.encode(existing);
        }
        const published = await ctx.ledger.get(STANDARD, standardId);
        demand(published !== null, 'STANDARD_MISSING', { standardId });
        followsConformity(existing, statement);
        const conformity: Conformity = { statement, ...mark };
        ctx.ledger.put(CONFORMITY, conformity);
        await ctx.ledger.commit({
            event: { name: 'ConformityChanged/1', payload: { pointId, standardId, sequence, status } },
        });
        return conformityCodec.encode(conformity);
    }
}
