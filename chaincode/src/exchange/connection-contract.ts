import { DELIVERY_SLOTS_MAX } from '../domain/agreement.js';
import { type ConnectionStatement, followsConnection } from '../domain/connection.js';
import { marketError } from '../domain/errors.js';
import { addLoad, changedLoads, emptyLoading, type Load, loadingStart, loadsOf, startsOf } from '../domain/loading.js';
import type { SlotIndex } from '../domain/units.js';
import {
    connectionCodec,
    connectionHistoryCodec,
    connectionQueryCodec,
    connectionStatementCodec,
    loadingCodec,
    loadingQueryCodec,
    setConnectionCodec,
} from '../wire/connection.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { CONNECTED_AGREEMENT, CONNECTION, LOADING } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { loadingOf } from './loads.js';
import { demandNext, loadAgreement, loadPoints } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** A key part above that of every slot. */
const AFTER_EVERY_SLOT = 9_999_999_999;

/** Capacity of the connections to the carriers' networks, and what is in force on them. */
export class ConnectionContract extends ExchangeContract {
    /**
     * Limits what the points of a connection deliver and take, together. The first statement counts what is in force
     * there: it scans what funding writes, so it fails and is tried again while an agreement is funded at this very
     * connection. What exceeds the limits already stands.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · CONNECTION_CONFLICT · SLOT_BEGUN · SLOT_NOT_OVER
     */
    async set(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature, fromSlot } = setConnectionCodec.decode(command);
        const body = connectionStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['connection', 'set'], 'commonwatt/connection/1', body, signature);
        const { carrier, connectionPoint, sequence } = statement;
        const existing = await ctx.ledger.get(CONNECTION, carrier, connectionPoint);
        if (existing !== null && connectionStatementCodec.isSame(existing.statement, statement)) {
            return connectionCodec.encode(existing);
        }
        followsConnection(existing, statement);
        if (existing === null) {
            await this.#countInForce(ctx, statement, fromSlot);
        }
        const connection = { statement, ...mark };
        ctx.ledger.put(CONNECTION, connection);
        await ctx.commit({ event: { name: 'ConnectionSet/1', payload: { carrier, connectionPoint, sequence } } });
        return connectionCodec.encode(connection);
    }

    /** @throws CONNECTION_MISSING {carrier, connectionPoint} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { carrier, connectionPoint } = connectionQueryCodec.decode(query);
        const connection = await ctx.ledger.get(CONNECTION, carrier, connectionPoint);
        if (connection === null) {
            throw marketError('CONNECTION_MISSING', { carrier, connectionPoint });
        }
        return connectionCodec.encode(connection);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(CONNECTION, pageQueryCodec.decode(query)), connectionCodec);
    }

    /** Every statement of the operator on a connection, oldest first. */
    async history(ctx: TradeContext, query: string): Promise<string> {
        const { carrier, connectionPoint } = connectionQueryCodec.decode(query);
        const statements = await ctx.ledger.history(CONNECTION, carrier, connectionPoint);
        return connectionHistoryCodec.encode(
            statements
                .map(({ value, ...change }) => ({ ...change, connection: value }))
                .sort((left, right) => left.connection.statement.sequence - right.connection.statement.sequence),
        );
    }

    /** What is in force at a connection in the 96 slots around one; nothing where it is not limited. */
    async loading(ctx: TradeContext, query: string): Promise<string> {
        const { slot, ...connection } = loadingQueryCodec.decode(query);
        return loadingCodec.encode(await loadingOf(ctx, connection, loadingStart(slot)));
    }

    async #countInForce(ctx: TradeContext, statement: ConnectionStatement, fromSlot: SlotIndex): Promise<void> {
        const { carrier, connectionPoint } = statement;
        await demandNext(ctx, await ctx.charter(), fromSlot);
        const connected = await ctx.ledger.scan(
            CONNECTED_AGREEMENT,
            [carrier, connectionPoint, Math.max(0, fromSlot - DELIVERY_SLOTS_MAX + 1)],
            [carrier, connectionPoint, AFTER_EVERY_SLOT],
        );
        const loads: Load[] = [];
        for (const { agreementId } of connected) {
            const { agreement, execution } = await loadAgreement(ctx, agreementId);
            const points = await loadPoints(ctx, agreement.terms);
            const own = loadsOf(agreement.terms, points, fromSlot, execution.endSlot).filter(
                (load) => load.carrier === carrier && load.connectionPoint === connectionPoint,
            );
            loads.push(...own);
        }
        for (const load of changedLoads([], loads)) {
            for (const start of startsOf(load)) {
                ctx.ledger.put(LOADING, addLoad(emptyLoading(carrier, connectionPoint, start), load));
            }
        }
    }
}
