import { mayNameSeat } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { grantSeat } from '../domain/seat.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { seatCodec } from '../wire/seat.js';
import { SEAT } from '../store/keys.js';
import type { SupervisionContext } from './supervision-context.js';
import { SupervisionContract } from './supervision-contract.js';

/** Officers: who holds which seat. */
export class SeatContract extends SupervisionContract {
    /**
     * An organisation's administrator names an officer of its own organisation.
     * @throws CALLER_NOT_ADMIN · ORG_NOT_ADMITTED {mspId, kind} · SEAT_CONFLICT
     */
    async grant(ctx: SupervisionContext, command: string): Promise<string> {
        const seat = seatCodec.decode(command);
        const charter = await ctx.charter();
        ctx.demandAdmin(charter);
        const { mspId, kind } = seat;
        demand(ctx.caller.mspId === mspId && mayNameSeat(charter, mspId, kind), 'ORG_NOT_ADMITTED', { mspId, kind });
        const existing = await ctx.ledger.get(SEAT, kind, mspId, seat.subjectHash);
        const granted = grantSeat(existing, seat);
        if (existing === null) {
            ctx.ledger.put(SEAT, granted);
            const { subjectHash } = seat;
            await ctx.ledger.commit({ event: { name: 'SeatGranted/1', payload: { kind, mspId, subjectHash } } });
        }
        return seatCodec.encode(granted);
    }

    async list(ctx: SupervisionContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SEAT, pageQueryCodec.decode(query)), seatCodec);
    }
}
