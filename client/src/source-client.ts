import type { Source } from '@commonwatt/chaincode/domain/source';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { sourceCodec, sourceQueryCodec, sourceStatementCodec } from '@commonwatt/chaincode/wire/source';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** External sources, whose signed statements settle what no meter measures. */
export class SourceClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Registers a source as it has signed. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED · InvalidError SIGNATURE_INVALID · ConflictError SOURCE_CONFLICT
     */
    async register(source: Source): Promise<Committed<Source>> {
        return await this.#submit('source:register', source);
    }

    /**
     * Brings the next version of a source: other clients, another key, or none. Anyone may; the key in force signed it, or
     * the regulator confirmed it, as the fact `sourceKey` or `sourceRevocation` by the hash of the statement.
     * @throws NotFoundError SOURCE_MISSING · InvalidError SIGNATURE_INVALID · ForbiddenError FACT_NOT_CONFIRMED,
     * SOURCE_REVOKED · ConflictError SOURCE_CONFLICT {sourceId, version}, SLOT_NOT_OVER: the notice still runs
     */
    async renew(source: Source): Promise<Committed<Source>> {
        return await this.#submit('source:renew', source);
    }

    /** @throws NotFoundError SOURCE_MISSING {sourceId} */
    async show(sourceId: string): Promise<Source> {
        return await this.#ledger.evaluate(
            'exchange',
            'source:show',
            () => sourceQueryCodec.encode({ sourceId }),
            sourceCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Source>> {
        return await this.#ledger.page('exchange', 'source:list', query, sourceCodec);
    }

    async list(): Promise<readonly Source[]> {
        return await everyItem((query) => this.page(query));
    }

    async #submit(verb: 'source:register' | 'source:renew', source: Source): Promise<Committed<Source>> {
        return await this.#ledger.submit(
            'exchange',
            verb,
            () => sourceCodec.encode(source),
            sourceCodec.decode,
            async () => {
                const now = await orNull(this.show(source.statement.sourceId));
                return now !== null && sourceStatementCodec.isSame(now.statement, source.statement) ? now : null;
            },
        );
    }
}
