import { demand, marketError } from '../domain/errors.js';
import { followsQualification, type QualificationStatus } from '../domain/qualification.js';
import { participantQueryCodec } from '../wire/query.js';
import { qualificationCodec, qualificationStatementCodec, qualifyCodec } from '../wire/qualification.js';
import { QUALIFICATION } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

const STATUSES = { grant: 'granted', suspend: 'suspended', revoke: 'revoked' } as const satisfies Record<
    string,
    QualificationStatus
>;

/** The regulator's account management: who may trade what (paper §3.3). */
export class QualificationContract extends SupervisionContract {
    async grant(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#state(ctx, command, 'grant');
    }

    async suspend(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#state(ctx, command, 'suspend');
    }

    async revoke(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#state(ctx, command, 'revoke');
    }

    /** @throws PARTICIPANT_MISSING {participantId} for a participant the regulator has said nothing of */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { participantId } = participantQueryCodec.decode(query);
        const qualification = await ctx.ledger.get(QUALIFICATION, participantId);
        if (qualification === null) {
            throw marketError('PARTICIPANT_MISSING', { participantId });
        }
        return qualificationCodec.encode(qualification);
    }

    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · QUALIFICATION_CONFLICT */
    async #state(ctx: SupervisionContext, command: string, verb: keyof typeof STATUSES): Promise<string> {
        const status = STATUSES[verb];
        const { statement, signature } = qualifyCodec.decode(command);
        demand(statement.status === status, 'INPUT_INVALID', { path: 'statement.status', reason: status });
        const body = qualificationStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['qualification', verb], 'commonwatt/qualification/1', body, signature);
        const { participantId, sequence } = statement;
        const existing = await ctx.ledger.get(QUALIFICATION, participantId);
        const qualification = { statement, ...mark };
        const repeated = existing !== null && qualificationStatementCodec.isSame(existing.statement, statement);
        if (!repeated) {
            followsQualification(existing, statement);
            ctx.ledger.put(QUALIFICATION, qualification);
            await ctx.ledger.commit({
                event: { name: 'QualificationChanged/1', payload: { participantId, sequence, status } },
            });
        }
        return qualificationCodec.encode(repeated ? existing : qualification);
    }
}
