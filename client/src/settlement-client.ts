import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { carrierSlotQueryCodec } from '@commonwatt/chaincode/wire/query';
import { settleCodec, settlementCodec } from '@commonwatt/chaincode/wire/settlement';
import { type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** Names one settlement run. */
export type SettlementRef = Readonly<{ carrier: Carrier; slot: SlotIndex; run: number }>;

/** Results that are asked for at the same time. */
const READS_AT_ONCE = 16;

/** Settlement, slot by slot and carrier by carrier. */
export class SettlementClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Settles a slot that is over, from the readings on the ledger and, after the deadline of the rules, estimates for
     * those that are missing; anyone may push it. A second run of the slot changes nothing.
     * @throws NotFoundError READING_MISSING {pointIds} before the deadline · ConflictError SLOT_NOT_OVER, SETTLEMENT_OUT_OF_ORDER
     */
    async run(carrier: Carrier, slot: SlotIndex): Promise<Committed<SettlementRef>> {
        return await this.#ledger.submit(
            'exchange',
            'settlement:run',
            () => settleCodec.encode({ carrier, slot }),
            (payload) => JSON.parse(payload) as SettlementRef,
            async () => {
                const settlement = await orNull(this.show(carrier, slot));
                return settlement === null ? null : { carrier, slot, run: settlement.run };
            },
        );
    }

    /** Results of the slots from `fromSlot` to before `endSlot`, in their order; `null` where there is none yet. */
    async between(carrier: Carrier, fromSlot: SlotIndex, endSlot: SlotIndex): Promise<(Settlement | null)[]> {
        const settlements: (Settlement | null)[] = [];
        for (let slot = fromSlot; slot < endSlot; slot += READS_AT_ONCE) {
            const slots = Array.from({ length: Math.min(READS_AT_ONCE, endSlot - slot) }, (_, index) => slot + index);
            settlements.push(...(await Promise.all(slots.map((each) => orNull(this.show(carrier, each))))));
        }
        return settlements;
    }

    /** @throws NotFoundError SETTLEMENT_MISSING {carrier, slot} */
    async show(carrier: Carrier, slot: SlotIndex): Promise<Settlement> {
        return await this.#ledger.evaluate(
            'exchange',
            'settlement:show',
            () => carrierSlotQueryCodec.encode({ carrier, slot }),
            settlementCodec.decode,
        );
    }
}
