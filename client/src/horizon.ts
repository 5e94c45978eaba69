import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from './errors.js';
import { type Call, type Receipt, type Transport, WITHIN_MS } from './transport.js';

const ASK_AGAIN_MS = 50;

/**
 * How far the clients of one application have seen: the newest block that holds a transaction of any of them. Clients
 * that share it read what the others have written, although each asks the peer of its own organisation, and peers read
 * blocks at different moments.
 */
export class Horizon {
    readonly #wait: (ms: number) => Promise<void>;
    readonly #heights = new Map<string, number>();
    readonly #asking = new Map<string, Promise<void>>();
    #block = -1;

    constructor(wait: (ms: number) => Promise<void> = pause) {
        this.#wait = wait;
    }

    /** Number of the newest block seen; -1 before the first. */
    get block(): number {
        return this.#block;
    }

    see(block: number): void {
        this.#block = Math.max(this.#block, block);
    }

    /**
     * Waits until an organisation's peer has the block that was the newest one seen when the call came. However many
     * clients wait for a peer, it is asked for its height by one of them.
     * @throws UnavailableError PEER_BEHIND {block, height}, and as `height`
     */
    async arrive(mspId: string, height: () => Promise<number>, deadlineMs: number): Promise<void> {
        const block = this.#block;
        const known = (): number => this.#heights.get(mspId) ?? 0;
        for (let isFirst = true; known() <= block; isFirst = false) {
            if (Date.now() >= deadlineMs) {
                throw new UnavailableError({ code: 'PEER_BEHIND', operands: { block, height: known() } });
            }
            const asking = this.#asking.get(mspId) ?? this.#ask(mspId, height, isFirst ? 0 : ASK_AGAIN_MS);
            this.#asking.set(mspId, asking);
            await asking;
        }
    }

    async #ask(mspId: string, height: () => Promise<number>, waitMs: number): Promise<void> {
        try {
            await this.#wait(waitMs);
            this.#heights.set(mspId, await height());
        } finally {
            this.#asking.delete(mspId);
        }
    }
}

/** Asks its peer only when it has read every block up to the horizon. */
export class HorizonTransport implements Transport {
    readonly #transport: Transport;
    readonly #horizon: Horizon;
    readonly #mspId: string;

    /** @param mspId the organisation whose peer is asked first */
    constructor(transport: Transport, horizon: Horizon, mspId: string) {
        this.#transport = transport;
        this.#horizon = horizon;
        this.#mspId = mspId;
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async evaluate(call: Call): Promise<string> {
        await this.#arrive(call.deadlineMs);
        return await this.#transport.evaluate(call);
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        await this.#arrive(call.deadlineMs);
        const receipt = await this.#transport.submit(call, endorsers);
        this.#horizon.see(receipt.blockNumber);
        return receipt;
    }

    /** @throws also UnavailableError PEER_BEHIND {block, height} */
    async height(): Promise<number> {
        await this.#arrive(Date.now() + WITHIN_MS);
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

    async #arrive(deadlineMs: number): Promise<void> {
        await this.#horizon.arrive(this.#mspId, () => this.#transport.height(), deadlineMs);
    }
}
