import { type Agreement, carriersOf } from '../domain/agreement.js';
import { demand, marketError } from '../domain/errors.js';
import { followsScreening } from '../domain/screening.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { screenCodec, screeningCodec, screeningQueryCodec, screeningStatementCodec } from '../wire/screening.js';
import { AGREEMENT, AMENDMENT, SCREENING } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

const DECISIONS = { admit: 'admitted', refuse: 'refused' } as const;

/** The network operator's security check of agreements, on carriers that the rules have screened centrally (paper §3.3). */
export class ScreeningContract extends ExchangeContract {
    async admit(ctx: TradeContext, command: string): Promise<string> {
        return this.#screen(ctx, command, 'admit');
    }

    async refuse(ctx: TradeContext, command: string): Promise<string> {
        return this.#screen(ctx, command, 'refuse');
    }

    /** @throws SCREENING_MISSING {agreementId, version, carrier} when the operator has said nothing of it */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId, version, carrier } = screeningQueryCodec.decode(query);
        const screening = await ctx.ledger.get(SCREENING, agreementId, version, carrier);
        if (screening === null) {
            throw marketError('SCREENING_MISSING', { agreementId, version, carrier });
        }
        return screeningCodec.encode(screening);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SCREENING, pageQueryCodec.decode(query)), screeningCodec);
    }

    /**
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SCREENING_CONFLICT · VERSION_STALE: nobody signed such terms ·
     * INPUT_INVALID: the agreement has no such carrier
     */
    async #screen(ctx: TradeContext, command: string, verb: keyof typeof DECISIONS): Promise<string> {
        const decision = DECISIONS[verb];
        const { statement, signature } = screenCodec.decode(command);
        demand(statement.decision === decision, 'INPUT_INVALID', { path: 'statement.decision', reason: decision });
        const body = screeningStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['screening', verb], 'commonwatt/screening/1', body, signature);
        const { agreementId, version, carrier } = statement;
        const existing = await ctx.ledger.get(SCREENING, agreementId, version, carrier);
        if (existing !== null && screeningStatementCodec.isSame(existing.statement, statement)) {
            return screeningCodec.encode(existing);
        }
        followsScreening(existing, statement);
        const { terms } = await signedVersion(ctx, statement);
        const isOfTerms = carriersOf(terms).includes(carrier);
        demand(isOfTerms, 'INPUT_INVALID', { path: 'statement.carrier', reason: 'a carrier of the agreement' });
        const screening = { statement, ...mark };
        ctx.ledger.put(SCREENING, screening);
        await ctx.commit({
            event: { name: 'AgreementScreened/1', payload: { agreementId, version, carrier, decision } },
        });
        return screeningCodec.encode(screening);
    }
}

/**
 * The version that a statement is about: in force, or proposed as an amendment.
 * @throws VERSION_STALE {agreementId, version, inForce} when nobody signed such terms
 */
async function signedVersion(
    ctx: TradeContext,
    { agreementId, version, termsHash }: Readonly<{ agreementId: string; version: number; termsHash: string }>,
): Promise<Agreement> {
    const inForce = await ctx.ledger.get(AGREEMENT, agreementId);
    const signed = inForce?.terms.version === version ? inForce : await ctx.ledger.get(AMENDMENT, agreementId, version);
    demand(signed?.termsHash === termsHash, 'VERSION_STALE', {
        agreementId,
        version,
        inForce: inForce?.terms.version ?? null,
    });
    return signed;
}
