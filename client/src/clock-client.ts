import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { type AdvanceCommand, advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { slotQueryCodec } from '@commonwatt/chaincode/wire/query';
import type { Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Which slots have begun. */
export class ClockClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Begins the slots `fromSlot … toSlot`, at most a day of them. By a real clock anyone may, once they are due; by a
     * virtual one only the holder of the platform's seat.
     * @throws InvalidError CLOCK_NOT_DUE · ConflictError CLOCK_OUT_OF_ORDER · ForbiddenError CALLER_NOT_SEATED
     */
    async advance(range: AdvanceCommand): Promise<Committed<AdvanceCommand>> {
        return await this.#ledger.submit(
            'exchange',
            'clock:advance',
            () => advanceCodec.encode(range),
            advanceCodec.decode,
            async () => ((await this.hasBegun(range.toSlot)) ? range : null),
        );
    }

    async hasBegun(slot: SlotIndex): Promise<boolean> {
        return await this.#ledger.evaluate(
            'exchange',
            'clock:show',
            () => slotQueryCodec.encode({ slot }),
            (payload) => (JSON.parse(payload) as { begun: boolean }).begun,
        );
    }
}
