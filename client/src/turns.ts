import { sha256Hex } from '@commonwatt/chaincode/wire/signature';

/** Several keepers that watch the same market: this one is `index` of `count`, counted from 0. */
export type KeeperPlace = Readonly<{ index: number; count: number }>;

/**
 * Whose turn a step is, so that keepers do not push the same one at once: the step's name decides who is first, and
 * with every round that it stays undone the next keeper takes over. A keeper that is down delays, it does not block.
 */
export class Turns {
    readonly #place: KeeperPlace;
    #pending = new Map<string, number>();

    constructor(place: KeeperPlace) {
        this.#place = place;
    }

    /** Begins a round with the steps whose conditions hold now; returns those that are this keeper's. */
    round<Step extends Readonly<{ name: string }>>(steps: readonly Step[]): Step[] {
        const pending = new Map(steps.map(({ name }) => [name, (this.#pending.get(name) ?? -1) + 1]));
        this.#pending = pending;
        return steps.filter(({ name }) => {
            const first = Number.parseInt(sha256Hex(name).slice(0, 8), 16);
            return (first + (pending.get(name) ?? 0)) % this.#place.count === this.#place.index;
        });
    }
}
