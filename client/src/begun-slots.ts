import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { ClockClient } from './clock-client.js';

/** Which slots have begun, asked of the ledger as seldom as can be: slots begin in order, and stay begun. */
export class BegunSlots {
    readonly #clock: ClockClient;
    #begunTo: SlotIndex = -1;
    #notBegunFrom: SlotIndex = Number.MAX_SAFE_INTEGER;

    constructor(clock: ClockClient) {
        this.#clock = clock;
    }

    /** Begins a turn: what had not begun may have since. */
    refresh(): void {
        this.#notBegunFrom = Number.MAX_SAFE_INTEGER;
    }

    async has(slot: SlotIndex): Promise<boolean> {
        if (slot > this.#begunTo && slot < this.#notBegunFrom) {
            if (await this.#clock.hasBegun(slot)) {
                this.#begunTo = slot;
            } else {
                this.#notBegunFrom = slot;
            }
        }
        return slot <= this.#begunTo;
    }
}
