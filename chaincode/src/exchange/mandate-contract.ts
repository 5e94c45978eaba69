import { stepOf } from '../domain/allowance.js';
import { demand } from '../domain/errors.js';
import { checkMandate, type Mandate } from '../domain/mandate.js';
import {
    grantMandateCodec,
    mandateCodec,
    mandateIdOf,
    mandatePageQueryCodec,
    mandateRefCodec,
    mandateStatementCodec,
} from '../wire/mandate.js';
import { encodePage } from '../wire/query.js';
import { keyIdOf } from '../wire/signature.js';
import { MANDATE } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBytes } from './limits.js';
import { loadMandate } from './signatories.js';
import type { TradeContext } from './trade-context.js';

/** Mandates: what an energy seller may sign in the name of others. */
export class MandateContract extends ExchangeContract {
    /**
     * The principal allows an agent to sign for it within bounds.
     * @throws CALLER_NOT_PARTICIPANT · PARTICIPANT_MISSING · MANDATE_INVALID · SIGNATURE_INVALID · ALLOWANCE_USED_UP
     */
    async grant(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = grantMandateCodec.decode(command);
        const { principalId, agentId, untilSlot } = statement;
        const principal = await ctx.callingParticipant(principalId);
        const mandateId = mandateIdOf(statement);
        const existing = await ctx.ledger.get(MANDATE, principalId, mandateId);
        if (existing !== null) {
            return mandateCodec.encode(existing);
        }
        const agent = await ctx.participant(agentId);
        checkMandate(statement, agent);
        const keysInForce =
            keyIdOf(principal.publicKey) === statement.principalKeyId &&
            keyIdOf(agent.publicKey) === statement.agentKeyId;
        demand(keysInForce, 'MANDATE_INVALID', { reason: 'both keys are those in force' });
        const { chaincodes } = await ctx.charter();
        const body = mandateStatementCodec.toJson(statement);
        ctx.verify('commonwatt/mandate/1', chaincodes.exchange, principal.publicKey, body, signature);
        const mandate: Mandate = { mandateId, statement, signature, isRevoked: false };
        ctx.ledger.put(MANDATE, mandate);
        await countBytes(ctx, stepOf(principalId, 'mandate'));
        await ctx.commit({
            event: { name: 'MandateGranted/1', payload: { mandateId, principalId, agentId, untilSlot } },
        });
        return mandateCodec.encode(mandate);
    }

    /**
     * The principal takes a mandate back, for good. Its certificate is enough: a lost signing key must not keep an agent
     * in office. What the agent has signed and nobody has concluded or enacted yet binds nobody any more.
     * @throws CALLER_NOT_PARTICIPANT · MANDATE_MISSING
     */
    async revoke(ctx: TradeContext, command: string): Promise<string> {
        const { principalId, mandateId } = mandateRefCodec.decode(command);
        await ctx.callingParticipant(principalId);
        const mandate = await loadMandate(ctx, principalId, mandateId);
        if (mandate.isRevoked) {
            return mandateCodec.encode(mandate);
        }
        const revoked: Mandate = { ...mandate, isRevoked: true };
        ctx.ledger.put(MANDATE, revoked);
        const { agentId } = mandate.statement;
        await ctx.commit({ event: { name: 'MandateRevoked/1', payload: { mandateId, principalId, agentId } } });
        return mandateCodec.encode(revoked);
    }

    /** @throws MANDATE_MISSING {principalId, mandateId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { principalId, mandateId } = mandateRefCodec.decode(query);
        return mandateCodec.encode(await loadMandate(ctx, principalId, mandateId));
    }

    /** All mandates, or those of one principal. */
    async list(ctx: TradeContext, query: string): Promise<string> {
        const { principalId, ...page } = mandatePageQueryCodec.decode(query);
        const prefix = principalId === null ? [] : [principalId];
        return encodePage(await ctx.ledger.page(MANDATE, page, prefix), mandateCodec);
    }
}
