import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from './errors.js';
import type { Call, Receipt, Transport } from './transport.js';

/** A peer may take ten seconds to read the blocks that it lacks. */
const QUESTIONS_MAX = 200;
const ASK_AGAIN_MS = 50;

/**
 * How far the clients of one application have seen: the newest block that holds a transaction of any of them. Clients
 * that share it read what the others have written, although each asks the peer of its own organisation, and peers read
 * blocks at different moments.
 */
export class Horizon {
    #block = -1;

    /** Number of the newest block seen; -1 before the first. */
    get block(): number {
        return this.#block;
    }

    see(block: number): void {
        this.#block = Math.max(this.#block, block);
    }
}

/** Asks its peer only when it has read every block up to the horizon. */
export class HorizonTransport implements Transport {
    readonly #transport: Transport;
    readonly #horizon: Horizon;
    readonly #wait: (ms: number) => Promise<void>;
    #height = 0;

    constructor(transport: Transport, horizon: Horizon, wait: (ms: number) => Promise<void> = pause) {
        this.#transport = transport;
        this.#horizon = horizon;
        this.#wait = wait;
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async evaluate(call: Call): Promise<string> {
        await this.#arrive();
        return await this.#transport.evaluate(call);
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        await this.#arrive();
        const receipt = await this.#transport.submit(call, endorsers);
        this.#horizon.see(receipt.blockNumber);
        return receipt;
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async height(): Promise<number> {
        await this.#arrive();
        return await this.#transport.height();
    }

    async blocks(fromBlock: number): ReturnType<Transport['blocks']> {
        return await this.#transport.blocks(fromBlock);
    }

    close(): void {
        this.#transport.close();
    }

    get isClosed(): boolean {
        return this.#transport.isClosed;
    }

    /** Waits until the peer has the block that was the newest one seen when the call came. */
    async #arrive(): Promise<void> {
        const { block } = this.#horizon;
        for (let questions = 0; this.#height <= block; questions += 1) {
            if (questions === QUESTIONS_MAX) {
                throw new UnavailableError({ code: 'PEER_BEHIND', operands: { block, height: this.#height } });
            }
            if (questions > 0) {
                await this.#wait(ASK_AGAIN_MS);
            }
            this.#height = await this.#transport.height();
        }
    }
}
