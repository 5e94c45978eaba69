import type { Seat } from '@commonwatt/chaincode/domain/seat';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { seatCodec } from '@commonwatt/chaincode/wire/seat';
import { everyItem, type Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Officers of the organisations. */
export class SeatClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Names an officer of the caller's own organisation; its administrator does. The subject's hash is
     * `subjectHashOfCertificate(mspId, certificate)`.
     * @throws ForbiddenError CALLER_NOT_ADMIN, ORG_NOT_ADMITTED {mspId, kind} · ConflictError SEAT_CONFLICT
     */
    async grant(seat: Seat): Promise<Committed<Seat>> {
        const same = (other: Seat): boolean => seatCodec.isSame(other, seat);
        return await this.#ledger.submit(
            'supervision',
            'seat:grant',
            () => seatCodec.encode(seat),
            seatCodec.decode,
            async () => (await this.list()).find(same) ?? null,
        );
    }

    async page(query: PageQuery): Promise<Page<Seat>> {
        return await this.#ledger.page('supervision', 'seat:list', query, seatCodec);
    }

    async list(): Promise<readonly Seat[]> {
        return await everyItem((query) => this.page(query));
    }
}
