import type { Source } from '@commonwatt/chaincode/domain/source';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { sourceCodec, sourceQueryCodec } from '@commonwatt/chaincode/wire/source';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** External sources, whose signed statements settle what no meter measures. */
export class SourceClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Registers a source with its public key. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError SOURCE_CONFLICT
     */
    async register(source: Source): Promise<Committed<Source>> {
        return await this.#ledger.submit(
            'exchange',
            'source:register',
            () => sourceCodec.encode(source),
            sourceCodec.decode,
            async () => {
                const existing = await orNull(this.show(source.sourceId));
                return existing?.publicKey === source.publicKey ? existing : null;
            },
        );
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
}
