import {
    type Connection,
    type ConnectionShare,
    followsConnection,
    grantShare,
    noShare,
    type ShareGrant,
    shareLimits,
    type SignedTransfer,
    transferShare,
} from '../domain/connection.js';
import { demand, marketError } from '../domain/errors.js';
import { emptyLoading, loadingStart } from '../domain/loading.js';
import type { MeteringPoint } from '../domain/meter.js';
import type { SlotIndex } from '../domain/units.js';
import {
    connectionCodec,
    connectionHistoryCodec,
    connectionQueryCodec,
    connectionShareCodec,
    connectionStatementCodec,
    setConnectionCodec,
    sharePageQueryCodec,
    shareTransferCodec,
    transferShareCodec,
} from '../wire/connection.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { CONNECTION, SHARE } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { LoadBook } from './load-book.js';
import { verifyInstruction } from './own-signature.js';
import { demandNext, pointOf } from './parties.js';
import { demandRoom } from './point-bounds.js';
import type { TradeContext } from './trade-context.js';

type ConnectionRef = Pick<ConnectionShare, 'carrier' | 'connectionPoint'>;

/** Capacity of the connections to the carriers' networks, and whose it is. */
export class ConnectionContract extends ExchangeContract {
    /**
     * Limits what the points of a connection deliver and take, and gives points shares of what is nobody's yet. What exceeds
     * the limits already stands; what a point has is not taken from it.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · CONNECTION_CONFLICT · SHARE_EXCEEDED
     */
    async set(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = setConnectionCodec.decode(command);
        const body = connectionStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['connection', 'set'], 'commonwatt/connection/1', body, signature);
        const { carrier, connectionPoint, sequence, grants } = statement;
        const existing = await ctx.ledger.get(CONNECTION, carrier, connectionPoint);
        if (existing !== null && connectionStatementCodec.isSame(existing.statement, statement)) {
            return connectionCodec.encode(existing);
        }
        const connection: Connection = { statement, ...mark, ...followsConnection(existing, statement) };
        ctx.ledger.put(CONNECTION, connection);
        for (const grant of grants.filter(({ importW, exportW }: ShareGrant) => importW + exportW > 0n)) {
            ctx.ledger.put(SHARE, grantShare(await this.#share(ctx, statement, grant.pointId), grant));
        }
        await ctx.commit({ event: { name: 'ConnectionSet/1', payload: { carrier, connectionPoint, sequence } } });
        return connectionCodec.encode(connection);
    }

    /**
     * Gives part of a point's share to another point of the connection, as far as nothing is admitted on it. The giving
     * point's owner has signed; anyone may push it.
     * @throws CONNECTION_MISSING · METER_MISSING · POINT_ELSEWHERE · SIGNATURE_INVALID · SHARE_CONFLICT · SHARE_EXCEEDED ·
     * SLOT_BEGUN · SLOT_NOT_OVER · ROUND_FULL: what is in force at the giving point is not counted yet ·
     * CONNECTION_OVERLOADED: the giver uses it
     */
    async transfer(ctx: TradeContext, command: string): Promise<string> {
        const { fromSlot, ...signed } = transferShareCodec.decode(command);
        const { carrier, connectionPoint, fromPointId, toPointId } = signed.transfer;
        const connection = await this.#connection(ctx, signed.transfer);
        const giver = await this.#share(ctx, signed.transfer, fromPointId);
        if (giver.transfer !== null && shareTransferCodec.isSame(giver.transfer.transfer, signed.transfer)) {
            return connectionShareCodec.encode(giver);
        }
        await this.#demandOwner(ctx, signed);
        const taker = await this.#share(ctx, signed.transfer, toPointId);
        const changed = transferShare({ giver, taker }, signed);
        await demandNext(ctx, await ctx.charter(), fromSlot);
        await this.#demandUnused(ctx, connection, changed.giver, signed, fromSlot);
        ctx.ledger.put(SHARE, changed.giver);
        ctx.ledger.put(SHARE, changed.taker);
        const payload = { carrier, connectionPoint, sequence: changed.giver.sequence, fromPointId, toPointId };
        await ctx.commit({ event: { name: 'ShareTransferred/1', payload } });
        return connectionShareCodec.encode(changed.giver);
    }

    /** @throws CONNECTION_MISSING {carrier, connectionPoint} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return connectionCodec.encode(await this.#connection(ctx, connectionQueryCodec.decode(query)));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(CONNECTION, pageQueryCodec.decode(query)), connectionCodec);
    }

    /** What the points of a connection have of it. */
    async shares(ctx: TradeContext, query: string): Promise<string> {
        const { carrier, connectionPoint, ...page } = sharePageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(SHARE, page, [carrier, connectionPoint]), connectionShareCodec);
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

    async #connection(ctx: TradeContext, { carrier, connectionPoint }: ConnectionRef): Promise<Connection> {
        const connection = await ctx.ledger.get(CONNECTION, carrier, connectionPoint);
        if (connection === null) {
            throw marketError('CONNECTION_MISSING', { carrier, connectionPoint });
        }
        return connection;
    }

    async #share(
        ctx: TradeContext,
        { carrier, connectionPoint }: ConnectionRef,
        pointId: string,
    ): Promise<ConnectionShare> {
        const share = await ctx.ledger.get(SHARE, carrier, connectionPoint, pointId);
        return share ?? noShare(carrier, connectionPoint, pointId);
    }

    async #demandOwner(ctx: TradeContext, { transfer, signature }: SignedTransfer): Promise<void> {
        const giving = await this.#pointHere(ctx, transfer, transfer.fromPointId);
        await this.#pointHere(ctx, transfer, transfer.toPointId);
        const owner = await ctx.participant(giving.participantId);
        const signed = shareTransferCodec.toJson(transfer);
        await verifyInstruction(ctx, owner, 'connection:transfer', signed, signature);
    }

    async #pointHere(
        ctx: TradeContext,
        { carrier, connectionPoint }: ConnectionRef,
        pointId: string,
    ): Promise<MeteringPoint> {
        const point = await pointOf(ctx, pointId);
        const isHere = point.carrier === carrier && point.connectionPoint === connectionPoint;
        demand(isHere, 'POINT_ELSEWHERE', { carrier, connectionPoint, pointId });
        return point;
    }

    /** What was admitted on a share stays within it: it cannot be given away and used twice. */
    async #demandUnused(
        ctx: TradeContext,
        connection: Connection,
        { carrier, connectionPoint, pointId, ...share }: ConnectionShare,
        { transfer: { importW, exportW } }: SignedTransfer,
        fromSlot: SlotIndex,
    ): Promise<void> {
        const { slotMinutes } = await ctx.charter();
        const { importWh, exportWh } = shareLimits(connection, share, slotMinutes);
        const given = { ...(importW > 0n ? { importWh } : {}), ...(exportW > 0n ? { exportWh } : {}) };
        const book = new LoadBook(ctx, fromSlot);
        await book.count({ carrier, pointId });
        for (const loading of await book.loadings({ carrier, pointId }, loadingStart(fromSlot))) {
            const nothing = emptyLoading(carrier, pointId, loading.firstSlot);
            demandRoom(nothing, loading, { connectionPoint, share: given, ratings: [] }, fromSlot);
        }
        book.put();
    }
}
