import { mayNameSeat } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { grantSeat, revokeSeat, type SeatRef } from '../domain/seat.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { seatCodec, seatGrantCodec, seatRefCodec } from '../wire/seat.js';
import { SEAT } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** Officers: who holds which seat. */
export class SeatContract extends SupervisionContract {
    /**
     * An organisation's administrator names an officer of its own organisation.
     * @throws CALLER_NOT_ADMIN · ORG_NOT_ADMITTED {mspId, kind} · SEAT_CONFLICT · SEAT_REVOKED
     */
    async grant(ctx: SupervisionContext, command: string): Promise<string> {
        const seat = seatGrantCodec.decode(command);
        await this.#demandNaming(ctx, seat);
        const { kind, mspId, subjectHash } = seat;
        const existing = await ctx.ledger.get(SEAT, kind, mspId, subjectHash);
        const granted = grantSeat(existing, seat);
        if (existing === null) {
            ctx.ledger.put(SEAT, granted);
            await ctx.ledger.commit({ event: { name: 'SeatGranted/1', payload: { kind, mspId, subjectHash } } });
        }
        return seatCodec.encode(granted);
    }

    /**
     * An organisation's administrator takes a seat back, for good: nothing that its officer signed before loses its force,
     * and nothing new counts, not even what was endorsed before. The same revocation again changes nothing.
     * @throws CALLER_NOT_ADMIN · ORG_NOT_ADMITTED {mspId, kind} · SEAT_MISSING {kind, mspId, subjectHash}
     */
    async revoke(ctx: SupervisionContext, command: string): Promise<string> {
        const ref = seatRefCodec.decode(command);
        await this.#demandNaming(ctx, ref);
        const { kind, mspId, subjectHash } = ref;
        const existing = await ctx.ledger.get(SEAT, kind, mspId, subjectHash);
        const revoked = revokeSeat(existing, ref);
        if (existing?.status !== 'revoked') {
            ctx.ledger.put(SEAT, revoked);
            await ctx.ledger.commit({ event: { name: 'SeatRevoked/1', payload: { kind, mspId, subjectHash } } });
        }
        return seatCodec.encode(revoked);
    }

    async list(ctx: SupervisionContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SEAT, pageQueryCodec.decode(query)), seatCodec);
    }

    /** The caller administers the organisation that names officers of this kind. */
    async #demandNaming(ctx: SupervisionContext, { mspId, kind }: SeatRef): Promise<void> {
        const charter = await ctx.charter();
        ctx.demandAdmin(charter);
        demand(ctx.caller.mspId === mspId && mayNameSeat(charter, mspId, kind), 'ORG_NOT_ADMITTED', { mspId, kind });
    }
}
