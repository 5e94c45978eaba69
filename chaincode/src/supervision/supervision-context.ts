import { seatFor } from '../domain/lifecycle.js';
import type { Seat } from '../domain/seat.js';
import type { SlotIndex } from '../domain/units.js';
import type { Json } from '../wire/canonical.js';
import type { SignatureDomain } from '../wire/signature.js';
import { slotQueryCodec } from '../wire/query.js';
import { SEAT } from '../store/keys.js';
import { MarketContext, type OfficerMark } from '../store/market-context.js';

/** A transaction of the weak centre. */
export class SupervisionContext extends MarketContext {
    /** The caller's seat for a step of the lifecycle. @throws CALLER_NOT_SEATED {kind, mspId, subjectHash} */
    async officer(noun: string, verb: string): Promise<Seat> {
        const kind = seatFor('supervision', noun, verb);
        const { mspId, subjectHash } = this.caller;
        return this.demandSeated(await this.ledger.get(SEAT, kind, mspId, subjectHash), kind);
    }

    /** Verifies that the calling officer signed a statement. @throws CALLER_NOT_SEATED · SIGNATURE_INVALID */
    async officersMark(
        [noun, verb]: readonly [string, string],
        domain: SignatureDomain,
        body: Json,
        signature: string,
    ): Promise<OfficerMark> {
        const { chaincodes } = await this.charter();
        return this.markOf(await this.officer(noun, verb), domain, chaincodes.supervision, body, signature);
    }

    /** Asks the exchange whether a slot has begun; the answer is in the read set, so a later tick voids it. */
    override async hasBegun(slot: SlotIndex): Promise<boolean> {
        const { chaincodes } = await this.charter();
        const answer = await this.ledger.call(chaincodes.exchange, 'clock:show', slotQueryCodec.encode({ slot }));
        return (JSON.parse(answer) as { begun: boolean }).begun;
    }
}
