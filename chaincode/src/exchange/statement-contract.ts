import { marketError } from '../domain/errors.js';
import { keyOfSource } from '../domain/source.js';
import { checkStatement, isStated, type SignedDelivery } from '../domain/statement.js';
import { canonicalJson } from '../wire/canonical.js';
import { agreementPageQueryCodec, encodePage } from '../wire/query.js';
import { signedDeliveryCodec, statementCodec, submitStatementsCodec } from '../wire/statement.js';
import { AGREEMENT, STATEMENT } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { sourceNamed } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** Statements of delivery: signed by sources, brought by anyone. */
export class StatementContract extends ExchangeContract {
    /**
     * Puts a source's statements on the ledger, one for each leg and slot; the next version of one takes its place, and the
     * same again changes nothing.
     * @throws SOURCE_MISSING, SOURCE_REVOKED · SIGNATURE_INVALID · AGREEMENT_MISSING · STATEMENT_INVALID · SLOT_NOT_OVER ·
     * STATEMENT_CONFLICT {agreementId, leg, slot, version}
     */
    async submit(ctx: TradeContext, command: string): Promise<string> {
        const { statements } = submitStatementsCodec.decode(command);
        const accepted = new Map<string, SignedDelivery>();
        for (const signed of statements) {
            await this.#verify(ctx, signed);
            const { agreementId, leg, slot } = signed.statement;
            const key = `${agreementId}/${String(leg)}/${String(slot)}`;
            const existing = accepted.get(key) ?? (await ctx.ledger.get(STATEMENT, agreementId, leg, slot));
            if (!isStated(existing, signed.statement)) {
                await ctx.demandOver(slot);
                accepted.set(key, signed);
            }
        }
        if (accepted.size > 0) {
            for (const signed of accepted.values()) {
                ctx.ledger.put(STATEMENT, signed);
            }
            const agreementIds = [...new Set([...accepted.values()].map(({ statement }) => statement.agreementId))];
            const payload = { agreementIds, statements: accepted.size };
            await ctx.commit({ event: { name: 'StatementsSubmitted/1', payload } });
        }
        return canonicalJson({ accepted: accepted.size });
    }

    /** Statements about one agreement, leg by leg. */
    async list(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId, ...page } = agreementPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(STATEMENT, page, [agreementId]), signedDeliveryCodec);
    }

    async #verify(ctx: TradeContext, { statement, signature }: SignedDelivery): Promise<void> {
        const { sourceId, agreementId } = statement;
        const publicKey = keyOfSource(await sourceNamed(ctx, sourceId));
        const { chaincodes } = await ctx.charter();
        const body = statementCodec.toJson(statement);
        ctx.verify('commonwatt/statement/1', chaincodes.exchange, publicKey, body, signature);
        const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
        if (agreement === null) {
            throw marketError('AGREEMENT_MISSING', { agreementId });
        }
        checkStatement(agreement.terms, statement);
    }
}
