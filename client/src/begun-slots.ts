import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { reviewDeadline } from '@commonwatt/chaincode/domain/escrow';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Market } from './market.js';

/** Which slots have begun, asked of the ledger as seldom as can be: slots begin in order, and stay begun. */
export class BegunSlots {
    readonly #market: Pick<Market, 'charter' | 'clock'>;
    #charter: Charter | undefined;
    #begunTo: SlotIndex = -1;
    #notBegunFrom: SlotIndex = Number.MAX_SAFE_INTEGER;

    constructor(market: Pick<Market, 'charter' | 'clock'>) {
        this.#market = market;
    }

    /** Begins a turn: what had not begun may have since. */
    refresh(): void {
        this.#notBegunFrom = Number.MAX_SAFE_INTEGER;
    }

    async has(slot: SlotIndex): Promise<boolean> {
        if (slot > this.#begunTo && slot < this.#notBegunFrom) {
            if (await this.#market.clock.hasBegun(slot)) {
                this.#begunTo = slot;
            } else {
                this.#notBegunFrom = slot;
            }
        }
        return slot <= this.#begunTo;
    }

    /** Whether a concluded agreement with these terms can only lapse. */
    async isPastReview(terms: Terms): Promise<boolean> {
        this.#charter ??= await this.#market.charter.show(); // it never changes
        return await this.has(reviewDeadline(terms, this.#charter));
    }
}
