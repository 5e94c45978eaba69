import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Connection, ConnectionStatement } from '@commonwatt/chaincode/domain/connection';
import type { Loading } from '@commonwatt/chaincode/domain/loading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import {
    type ConnectionChange,
    connectionCodec,
    connectionHistoryCodec,
    connectionQueryCodec,
    connectionStatementCodec,
    loadingCodec,
    loadingQueryCodec,
    setConnectionCodec,
} from '@commonwatt/chaincode/wire/connection';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import type { CharterClient } from './charter-client.js';
import type { ClockClient } from './clock-client.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** Clients of other nouns that say from which slot on a first limit counts. */
export type ConnectionSources = Readonly<{ charter: CharterClient; clock: ClockClient }>;

/** Capacity of the connections to the networks, stated by the network operator. */
export class ConnectionClient {
    readonly #ledger: Ledger;
    readonly #sources: ConnectionSources;

    constructor(ledger: Ledger, sources: ConnectionSources) {
        this.#ledger = ledger;
        this.#sources = sources;
    }

    /**
     * States what the points of a connection may take and feed in, together; the next statement replaces it.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError CONNECTION_CONFLICT, SLOT_BEGUN
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
        const { firstSlot } = await this.#sources.charter.show();
        const fromSlot = await this.#sources.clock.firstToCome(firstSlot);
        return await this.#ledger.submit(
            'exchange',
            'connection:set',
            () => setConnectionCodec.encode({ statement, signature, fromSlot }),
            connectionCodec.decode,
            async () => {
                const now = await find();
                return now?.statement.sequence === sequence && now.keyId === keyId ? now : null;
            },
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

    /** What is in force at a limited connection in the 96 slots around one. */
    async loading(carrier: Carrier, connectionPoint: string, slot: SlotIndex): Promise<Loading> {
        return await this.#ledger.evaluate(
            'exchange',
            'connection:loading',
            () => loadingQueryCodec.encode({ carrier, connectionPoint, slot }),
            loadingCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Connection>> {
        return await this.#ledger.page('exchange', 'connection:list', query, connectionCodec);
    }

    async list(): Promise<readonly Connection[]> {
        return await everyItem((query) => this.page(query));
    }
}
