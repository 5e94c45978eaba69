import { demand } from '../domain/errors.js';
import { demandUnreserved } from '../domain/reserved-ids.js';
import { checkFirst, followsSource, kindOfSuccession, type Source, type SourceStatement } from '../domain/source.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { sourceCodec, sourceHashOf, sourceQueryCodec, sourceStatementCodec } from '../wire/source.js';
import { SOURCE } from '../store/keys.js';
import { demandFact } from './confirmed-facts.js';
import { ExchangeContract } from './exchange-contract.js';
import { sourceNamed } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** External sources: registered by the metering seat, and from then on in nobody's hands but their own. */
export class SourceContract extends ExchangeContract {
    /**
     * Registers a source whose key signs whom it serves.
     * @throws CALLER_NOT_SEATED · ID_RESERVED {id} · SOURCE_INVALID · SIGNATURE_INVALID · SOURCE_CONFLICT {sourceId, version}
     */
    async register(ctx: TradeContext, command: string): Promise<string> {
        const source = sourceCodec.decode(command);
        const { sourceId } = source.statement;
        await ctx.officer('source', 'register');
        demandUnreserved(sourceId);
        const existing = await ctx.ledger.get(SOURCE, sourceId);
        if (existing !== null) {
            const isSame = sourceStatementCodec.isSame(existing.statement, source.statement);
            demand(isSame, 'SOURCE_CONFLICT', { sourceId, version: existing.statement.version });
            return sourceCodec.encode(existing);
        }
        checkFirst(source);
        await verifyOwn(ctx, source);
        ctx.ledger.put(SOURCE, source);
        await ctx.commit({ event: { name: 'SourceRegistered/1', payload: { sourceId } } });
        return sourceCodec.encode(source);
    }

    /**
     * Puts the next version of a source in the place of the last: other clients, another key, or none. The key in force
     * signs it; where it is lost or in other hands, the regulator has confirmed it, a key with notice. Anyone may bring it.
     * @throws SOURCE_MISSING · SOURCE_CONFLICT {sourceId, version} · SOURCE_REVOKED · SIGNATURE_INVALID · SOURCE_INVALID ·
     * FACT_NOT_CONFIRMED · SLOT_NOT_OVER {slot}: the notice still runs
     */
    async renew(ctx: TradeContext, command: string): Promise<string> {
        const source = sourceCodec.decode(command);
        const { sourceId, version, publicKey } = source.statement;
        const existing = await sourceNamed(ctx, sourceId);
        if (sourceStatementCodec.isSame(existing.statement, source.statement)) {
            return sourceCodec.encode(existing);
        }
        followsSource(existing.statement, source);
        await verifyOwn(ctx, source);
        await demandSucceeds(ctx, existing.statement, source);
        ctx.ledger.put(SOURCE, source);
        const payload = { sourceId, version, isRevoked: publicKey === null };
        await ctx.commit({ event: { name: 'SourceRenewed/1', payload } });
        return sourceCodec.encode(source);
    }

    /** @throws SOURCE_MISSING {sourceId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return sourceCodec.encode(await sourceNamed(ctx, sourceQueryCodec.decode(query).sourceId));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SOURCE, pageQueryCodec.decode(query)), sourceCodec);
    }
}

/** The key that a version names has signed it. @throws SIGNATURE_INVALID · SOURCE_INVALID {sourceId, reason} */
async function verifyOwn(ctx: TradeContext, { statement, newSignature }: Source): Promise<void> {
    const { sourceId, publicKey } = statement;
    const isSigned = (publicKey === null) === (newSignature === null);
    demand(isSigned, 'SOURCE_INVALID', { sourceId, reason: 'the key that it names signs a version, and no other' });
    if (publicKey !== null && newSignature !== null) {
        await verify(ctx, statement, publicKey, newSignature);
    }
}

/** The key in force has signed the next version, or the regulator has confirmed it in its place. */
async function demandSucceeds(ctx: TradeContext, existing: SourceStatement, next: Source): Promise<void> {
    const { statement, oldSignature } = next;
    if (oldSignature !== null && existing.publicKey !== null) {
        await verify(ctx, statement, existing.publicKey, oldSignature);
        return;
    }
    const kind = kindOfSuccession(statement);
    await demandFact(ctx, { kind, subjectId: statement.sourceId, factHash: sourceHashOf(statement) });
}

async function verify(
    ctx: TradeContext,
    statement: SourceStatement,
    publicKey: string,
    signature: string,
): Promise<void> {
    const { chaincodes } = await ctx.charter();
    const body = sourceStatementCodec.toJson(statement);
    ctx.verify('commonwatt/source/1', chaincodes.exchange, publicKey, body, signature);
}
