import { demand, marketError } from '../domain/errors.js';
import { type Decision, followsStanding, followsVerdict } from '../domain/verdict.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import {
    decideCodec,
    standingCodec,
    standingStatementCodec,
    standingVerdictCodec,
    verdictCodec,
    verdictQueryCodec,
    verdictStatementCodec,
} from '../wire/verdict.js';
import { STANDING_VERDICT, TERMINATION, VERDICT } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

const DECISIONS = { approve: 'approved', reject: 'rejected', terminate: 'terminated' } as const satisfies Record<
    string,
    Decision
>;

/** The regulator's review: it says yes, no or stop, and can modify nothing (paper §3.3). */
export class VerdictContract extends SupervisionContract {
    async approve(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#decide(ctx, command, 'approve');
    }

    async reject(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#decide(ctx, command, 'reject');
    }

    async terminate(ctx: SupervisionContext, command: string): Promise<string> {
        return this.#decide(ctx, command, 'terminate');
    }

    /** Approves in advance every agreement within bounds. @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · VERDICT_CONFLICT */
    async standing(ctx: SupervisionContext, command: string): Promise<string> {
        const { statement, signature } = standingCodec.decode(command);
        const body = standingStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['verdict', 'standing'], 'commonwatt/standing-verdict/1', body, signature);
        const { standingId, sequence, status } = statement;
        const existing = await ctx.ledger.get(STANDING_VERDICT, standingId);
        const standing = { statement, ...mark };
        const repeated = existing !== null && standingStatementCodec.isSame(existing.statement, statement);
        if (!repeated) {
            followsStanding(existing, statement);
            ctx.ledger.put(STANDING_VERDICT, standing);
            await ctx.ledger.commit({
                event: { name: 'StandingVerdictGiven/1', payload: { standingId, sequence, status } },
            });
        }
        return standingVerdictCodec.encode(repeated ? existing : standing);
    }

    /** @throws AGREEMENT_MISSING {agreementId} when the regulator has said nothing of it */
    async show(ctx: SupervisionContext, query: string): Promise<string> {
        const { agreementId, version } = verdictQueryCodec.decode(query);
        const verdict = await ctx.ledger.get(VERDICT, agreementId, version);
        if (verdict === null) {
            throw marketError('AGREEMENT_MISSING', { agreementId });
        }
        return verdictCodec.encode(verdict);
    }

    async listStanding(ctx: SupervisionContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(STANDING_VERDICT, pageQueryCodec.decode(query)), standingVerdictCodec);
    }

    /** @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · VERDICT_CONFLICT */
    async #decide(ctx: SupervisionContext, command: string, verb: keyof typeof DECISIONS): Promise<string> {
        const decision = DECISIONS[verb];
        const { statement, signature } = decideCodec.decode(command);
        demand(statement.decision === decision, 'INPUT_INVALID', { path: 'statement.decision', reason: decision });
        const body = verdictStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['verdict', verb], 'commonwatt/verdict/1', body, signature);
        const { agreementId, version } = statement;
        const existing = await ctx.ledger.get(VERDICT, agreementId, version);
        const verdict = { statement, ...mark };
        const repeated = existing !== null && verdictStatementCodec.isSame(existing.statement, statement);
        if (!repeated) {
            const termination = await ctx.ledger.get(TERMINATION, agreementId);
            followsVerdict({ ofVersion: existing, termination }, statement);
            ctx.ledger.put(VERDICT, verdict);
            if (decision === 'terminated') {
                ctx.ledger.put(TERMINATION, verdict);
            }
            await ctx.ledger.commit({ event: { name: 'VerdictGiven/1', payload: { agreementId, version, decision } } });
        }
        return verdictCodec.encode(repeated ? existing : verdict);
    }
}
