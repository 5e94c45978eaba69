import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Reopening } from '@commonwatt/chaincode/domain/reconciliation';
import { decodePage } from '@commonwatt/chaincode/wire/query';
import { reconcileCodec, reopeningCodec } from '@commonwatt/chaincode/wire/reconciliation';
import {
    settleCodec,
    settlementCodec,
    settlementPageQueryCodec,
    settlementQueryCodec,
} from '@commonwatt/chaincode/wire/settlement';
import { everyItem, type Ledger, orNull } from './ledger.js';
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
     * @throws NotFoundError READING_MISSING {pointIds}, STATEMENT_MISSING before the deadline · ConflictError SLOT_NOT_OVER, SETTLEMENT_OUT_OF_ORDER
     */
    async run(carrier: Carrier, slot: SlotIndex): Promise<Committed<SettlementRef>> {
        return await this.#ledger.submit(
            'exchange',
            'settlement:run',
            () => settleCodec.encode({ carrier, slot }),
            (payload) => JSON.parse(payload) as SettlementRef,
            async () => {
                const settlement = await orNull(this.show(carrier, slot, 0));
                return settlement === null ? null : { carrier, slot, run: settlement.run };
            },
        );
    }

    /** Every run of the slots from `fromSlot` to before `endSlot`, slot by slot; none where there is none yet. */
    async between(carrier: Carrier, fromSlot: SlotIndex, endSlot: SlotIndex): Promise<(readonly Settlement[])[]> {
        const settlements: (readonly Settlement[])[] = [];
        for (let slot = fromSlot; slot < endSlot; slot += READS_AT_ONCE) {
            const slots = Array.from({ length: Math.min(READS_AT_ONCE, endSlot - slot) }, (_, index) => slot + index);
            settlements.push(...(await Promise.all(slots.map((each) => this.list(carrier, each)))));
        }
        return settlements;
    }

    /**
     * Settles a slot again with what the ledger holds by now, and posts the difference; anyone may push it. Runs are made
     * one after the other, each when it is due; the same run again changes nothing.
     * @param run 1 to 3 by the dates of the rules, more where disputes have opened the slot again
     * @throws NotFoundError SETTLEMENT_MISSING {carrier, slot, run}: the run before · ConflictError
     * RECONCILIATION_NOT_DUE {carrier, slot, run, dueSlot}, RECONCILIATION_FINAL, SETTLEMENT_OUT_OF_ORDER
     */
    async reconcile(carrier: Carrier, slot: SlotIndex, run: number): Promise<Committed<SettlementRef>> {
        return await this.#ledger.submit(
            'exchange',
            'settlement:reconcile',
            () => reconcileCodec.encode({ carrier, slot, run }),
            (payload) => JSON.parse(payload) as SettlementRef,
            async () => ((await orNull(this.show(carrier, slot, run))) === null ? null : { carrier, slot, run }),
        );
    }

    /**
     * The result of one run of a slot; of the latest unless told otherwise.
     * @throws NotFoundError SETTLEMENT_MISSING {carrier, slot, run}
     */
    async show(carrier: Carrier, slot: SlotIndex, run: number | null = null): Promise<Settlement> {
        return await this.#ledger.evaluate(
            'exchange',
            'settlement:show',
            () => settlementQueryCodec.encode({ carrier, slot, run }),
            settlementCodec.decode,
        );
    }

    /** Every run of a slot, the initial one first; none where it is not settled yet. */
    async list(carrier: Carrier, slot: SlotIndex): Promise<readonly Settlement[]> {
        return await everyItem((query) =>
            this.#ledger.evaluate(
                'exchange',
                'settlement:list',
                () => settlementPageQueryCodec.encode({ ...query, carrier, slot }),
                (payload) => decodePage(payload, settlementCodec),
            ),
        );
    }

    /** Slots that disputes have opened for one run more. */
    async reopened(): Promise<readonly Reopening[]> {
        return await everyItem((query) => this.#ledger.page('exchange', 'settlement:reopened', query, reopeningCodec));
    }
}
