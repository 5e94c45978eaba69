import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type {
    Connection,
    ConnectionShare,
    ConnectionStatement,
    ShareTransfer,
} from '@commonwatt/chaincode/domain/connection';
import {
    type ConnectionChange,
    connectionCodec,
    connectionHistoryCodec,
    connectionQueryCodec,
    connectionShareCodec,
    connectionStatementCodec,
    setConnectionCodec,
    sharePageQueryCodec,
    shareTransferCodec,
    transferShareCodec,
} from '@commonwatt/chaincode/wire/connection';
import { decodePage, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import { firstToCome, type SlotSources } from './first-to-come.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** Capacity of the connections to the networks, stated by the network operator, and whose it is. */
export class ConnectionClient {
    readonly #ledger: Ledger;
    readonly #sources: SlotSources;

    constructor(ledger: Ledger, sources: SlotSources) {
        this.#ledger = ledger;
        this.#sources = sources;
    }

    /**
     * States what the points of a connection may take and feed in together, and grants points shares of what is nobody's;
     * the next statement replaces the limits.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError CONNECTION_CONFLICT, SHARE_EXCEEDED
     */
    async set(content: Omit<ConnectionStatement, 'sequence'>): Promise<Committed<Connection>> {
        const { carrier, connectionPoint } = content;
        const find = (): Promise<Connection | null> => orNull(this.show(carrier, connectionPoint));
        const statement = numbered(
            connectionStatementCodec,
            (await find())?.statement,
            (stated) => stated.sequence,
            (sequence) => ({ ...content, sequence }),
        );
        const { sequence } = statement;
        const body = connectionStatementCodec.toJson(statement);
        const { keyId, signature } = await this.#ledger.sign('commonwatt/connection/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'connection:set',
            () => setConnectionCodec.encode({ statement, signature }),
            connectionCodec.decode,
            async () => {
                const now = await find();
                return now?.statement.sequence === sequence && now.keyId === keyId ? now : null;
            },
        );
    }

    /**
     * Gives part of a share to another point of the connection, as the owner of the giving point.
     * @throws InvalidError SIGNATURE_INVALID, POINT_ELSEWHERE · ConflictError SHARE_CONFLICT, SHARE_EXCEEDED,
     * CONNECTION_OVERLOADED
     */
    async transfer(content: Omit<ShareTransfer, 'sequence'>): Promise<Committed<ConnectionShare>> {
        const { carrier, connectionPoint, fromPointId } = content;
        const shares = await this.shares(carrier, connectionPoint);
        const own = shares.find(({ pointId }) => pointId === fromPointId);
        const transfer = { ...content, sequence: (own?.sequence ?? 0) + 1 };
        const signature = await this.#ledger.instruct('connection:transfer', shareTransferCodec, transfer);
        const fromSlot = await firstToCome(this.#sources);
        return await this.#ledger.submit(
            'exchange',
            'connection:transfer',
            () => transferShareCodec.encode({ transfer, signature, fromSlot }),
            connectionShareCodec.decode,
        );
    }

    /** The last statement on a connection. @throws NotFoundError CONNECTION_MISSING {carrier, connectionPoint} */
    async show(carrier: Carrier, connectionPoint: string): Promise<Connection> {
        return await this.#ledger.evaluate(
            'exchange',
            'connection:show',
            () => connectionQueryCodec.encode({ carrier, connectionPoint }),
            connectionCodec.decode,
        );
    }

    /** Every statement on a connection with its transaction, oldest first. */
    async history(carrier: Carrier, connectionPoint: string): Promise<readonly ConnectionChange[]> {
        return await this.#ledger.evaluate(
            'exchange',
            'connection:history',
            () => connectionQueryCodec.encode({ carrier, connectionPoint }),
            connectionHistoryCodec.decode,
        );
    }

    /** What the points of a connection have of it. */
    async shares(carrier: Carrier, connectionPoint: string): Promise<readonly ConnectionShare[]> {
        return await everyItem((query) =>
            this.#ledger.evaluate(
                'exchange',
                'connection:shares',
                () => sharePageQueryCodec.encode({ ...query, carrier, connectionPoint }),
                (text) => decodePage(text, connectionShareCodec),
            ),
        );
    }

    async page(query: PageQuery): Promise<Page<Connection>> {
        return await this.#ledger.page('exchange', 'connection:list', query, connectionCodec);
    }

    async list(): Promise<readonly Connection[]> {
        return await everyItem((query) => this.page(query));
    }
}
