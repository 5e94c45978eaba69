import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { type AdvanceCommand, advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { slotQueryCodec } from '@commonwatt/chaincode/wire/query';
import { CommonwattError } from './errors.js';
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

    /**
     * The last of the slots `from … to` that can be begun now or has been: the next to begin, unless it is `to`. What
     * the ledger would answer is asked without sending anything.
     */
    async nextToBegin(from: SlotIndex, to: SlotIndex): Promise<SlotIndex> {
        return await lastThat(from, to, async (slot) => {
            const range = { fromSlot: slot, toSlot: slot };
            try {
                await this.#ledger.evaluate(
                    'exchange',
                    'clock:advance',
                    () => advanceCodec.encode(range),
                    advanceCodec.decode,
                );
                return true;
            } catch (error) {
                if (error instanceof CommonwattError && error.code === 'CLOCK_OUT_OF_ORDER') {
                    return false;
                }
                throw error;
            }
        });
    }

    /** The first slot from `from` on that has not begun. */
    async firstToCome(from: SlotIndex): Promise<SlotIndex> {
        let span = 1;
        while (await this.hasBegun(from + span)) {
            span *= 2;
        }
        return await this.firstNotBegun(from, from + span);
    }

    /** The first slot in `from … to` that has not begun, or `to`, which need not be asked. */
    async firstNotBegun(from: SlotIndex, to: SlotIndex): Promise<SlotIndex> {
        if (from >= to || !(await this.hasBegun(from))) {
            return from;
        }
        return (await lastThat(from, to - 1, (slot) => this.hasBegun(slot))) + 1;
    }
}

/** The last number of a range for which a condition holds that holds for the first and, once false, stays false. */
async function lastThat(from: number, to: number, holds: (value: number) => Promise<boolean>): Promise<number> {
    let [low, high] = [from, to];
    while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (await holds(middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}
