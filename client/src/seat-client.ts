import type { Seat, SeatGrant, SeatRef } from '@commonwatt/chaincode/domain/seat';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { seatCodec, seatGrantCodec, seatRefCodec } from '@commonwatt/chaincode/wire/seat';
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
    async grant(seat: SeatGrant): Promise<Committed<Seat>> {
        return await this.#ledger.submit(
            'supervision',
            'seat:grant',
            () => seatGrantCodec.encode(seat),
            seatCodec.decode,
            async () => {
                const found = await this.#find(seat);
                return found?.publicKey === seat.publicKey ? found : null;
            },
        );
    }

    /**
     * Takes the seat of an officer of the caller's own organisation back, for good; its administrator does.
     * @throws ForbiddenError CALLER_NOT_ADMIN, ORG_NOT_ADMITTED {mspId, kind} · NotFoundError SEAT_MISSING
     */
    async revoke({ kind, mspId, subjectHash }: SeatRef): Promise<Committed<Seat>> {
        const ref = { kind, mspId, subjectHash };
        return await this.#ledger.submit(
            'supervision',
            'seat:revoke',
            () => seatRefCodec.encode(ref),
            seatCodec.decode,
            async () => {
                const found = await this.#find(ref);
                return found?.status === 'revoked' ? found : null;
            },
        );
    }

    async page(query: PageQuery): Promise<Page<Seat>> {
        return await this.#ledger.page('supervision', 'seat:list', query, seatCodec);
    }

    async list(): Promise<readonly Seat[]> {
        return await everyItem((query) => this.page(query));
    }

    async #find(ref: SeatRef): Promise<Seat | null> {
        const seats = await this.list();
        return (
            seats.find(
                ({ kind, mspId, subjectHash }) =>
                    kind === ref.kind && mspId === ref.mspId && subjectHash === ref.subjectHash,
            ) ?? null
        );
    }
}
