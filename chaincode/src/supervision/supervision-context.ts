import { seatFor } from '../domain/lifecycle.js';
import type { Rules } from '../domain/rules.js';
import type { Seat } from '../domain/seat.js';
import type { SlotIndex } from '../domain/units.js';
import { canonicalJson } from '../wire/canonical.js';
import { rulesCodec } from '../wire/charter.js';
import { slotQueryCodec } from '../wire/query.js';
import { SEAT } from '../store/keys.js';
import { MarketContext } from '../store/market-context.js';

/** A transaction of the weak centre. */
export class SupervisionContext extends MarketContext {
    protected readonly chaincode = 'supervision';

    async officer(noun: string, verb: string): Promise<Seat> {
        const kind = seatFor('supervision', noun, verb);
        const { mspId, subjectHash } = this.caller;
        return this.demandSeated(await this.ledger.get(SEAT, kind, mspId, subjectHash), kind);
    }

    /** Asks the exchange for the rules in force; what it reads joins the read set. */
    async rules(): Promise<Rules> {
        const { chaincodes } = await this.charter();
        return rulesCodec.decode(await this.ledger.call(chaincodes.exchange, 'rules:show', canonicalJson({})));
    }

    /** Asks the exchange whether a slot has begun; the answer is in the read set, so a later tick voids it. */
    override async hasBegun(slot: SlotIndex): Promise<boolean> {
        const { chaincodes } = await this.charter();
        const answer = await this.ledger.call(chaincodes.exchange, 'clock:show', slotQueryCodec.encode({ slot }));
        return (JSON.parse(answer) as { begun: boolean }).begun;
    }
}
