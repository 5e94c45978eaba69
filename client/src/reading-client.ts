import type { RecordedReading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { decodePage, type Page, type PageQuery, pointPageQueryCodec } from '@commonwatt/chaincode/wire/query';
import { recordedReadingCodec, submitReadingsCodec } from '@commonwatt/chaincode/wire/reading';
import { everyItem, type Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Signed register readings. */
export class ReadingClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Brings readings of any meters to the ledger in one transaction, at most `READINGS_MAX` of them, each meter's in
     * the order of their sequence. Anyone may: the meters' signatures decide. The same readings again change nothing.
     * @throws InvalidError SIGNATURE_INVALID, READING_NOT_MONOTONIC · ConflictError READING_CONFLICT,
     * READING_OUT_OF_ORDER · NotFoundError METER_MISSING
     */
    async submit(readings: readonly SignedReading[]): Promise<Committed<Readonly<{ accepted: number }>>> {
        return await this.#ledger.submit(
            'exchange',
            'reading:submit',
            () => submitReadingsCodec.encode({ readings }),
            (payload) => JSON.parse(payload) as { accepted: number },
            () => Promise.resolve(null), // the same readings sent again are found there, one by one
        );
    }

    async page(pointId: string, query: PageQuery): Promise<Page<RecordedReading>> {
        return await this.#ledger.evaluate(
            'exchange',
            'reading:list',
            () => pointPageQueryCodec.encode({ ...query, pointId }),
            (payload) => decodePage(payload, recordedReadingCodec),
        );
    }

    /** Readings of one metering point, by slot. */
    async list(pointId: string): Promise<readonly RecordedReading[]> {
        return await everyItem((query) => this.page(pointId, query));
    }
}
