import type { SlotIndex } from '@commonwatt/chaincode/domain/units';

/** Longest pause between two tries of a slot, in rounds. */
const WAIT_ROUNDS_MAX = 64;

type Waiting = Readonly<{ slot: SlotIndex; rounds: number; nextRound: number }>;

/**
 * Slots of one carrier that are over and not settled. A slot whose readings do not come is tried ever more rarely and
 * does not hold up the slots after it.
 */
export class SettlementFrontier {
    #next: SlotIndex;
    #round = 0;
    readonly #waiting = new Map<SlotIndex, Waiting>();

    /** @param firstSlot first slot in which something of the carrier is metered */
    constructor(firstSlot: SlotIndex) {
        this.#next = firstSlot;
    }

    /** Begins a round: takes in the slots that have ended since the last; returns those to try now, in order. */
    async round(
        isOver: (slot: SlotIndex) => Promise<boolean>,
        isSettled: (slot: SlotIndex) => Promise<boolean>,
    ): Promise<readonly SlotIndex[]> {
        this.#round += 1;
        while (await isOver(this.#next)) {
            if (!(await isSettled(this.#next))) {
                this.#waiting.set(this.#next, { slot: this.#next, rounds: 1, nextRound: this.#round });
            }
            this.#next += 1;
        }
        const due = [...this.#waiting.values()].filter(({ nextRound }) => nextRound <= this.#round);
        for (const { slot, rounds } of due) {
            const doubled = Math.min(WAIT_ROUNDS_MAX, rounds * 2);
            this.#waiting.set(slot, { slot, rounds: doubled, nextRound: this.#round + rounds });
        }
        return due.map(({ slot }) => slot);
    }

    /** Another carrier has to be settled first, which may be any moment now: the slot is tried in the next round. */
    outOfOrder(slot: SlotIndex): void {
        this.#waiting.set(slot, { slot, rounds: 1, nextRound: this.#round + 1 });
    }

    settled(slot: SlotIndex): void {
        this.#waiting.delete(slot);
    }
}
