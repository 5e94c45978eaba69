import type { BlockView } from './block-reader.js';
import { eventsOf } from './events.js';
import type { Market } from './market.js';

/** In which order versions were agreed: that of the channel. */
export interface AgreedOrder {
    /** Position of each version, `agreement/version`, that has been concluded or proposed. */
    positions(): Promise<ReadonlyMap<string, number>>;
}

export const versionKey = (agreementId: string, version: number): string => `${agreementId}/${String(version)}`;

/** Reads the order from the blocks: each block once. */
export class BlockOrder implements AgreedOrder {
    readonly #market: Market;
    readonly #positions = new Map<string, number>();
    #next = 0;

    constructor(market: Market) {
        this.#market = market;
    }

    async positions(): Promise<ReadonlyMap<string, number>> {
        const height = await this.#market.transport.height();
        if (this.#next >= height) {
            return this.#positions;
        }
        for await (const block of this.#market.blocks({ fromBlock: this.#next })) {
            this.#note(block);
            this.#next = block.blockNumber + 1;
            if (this.#next >= height) {
                break;
            }
        }
        return this.#positions;
    }

    #note(block: BlockView): void {
        for (const { event } of eventsOf(block, [this.#market.profile.chaincodes.exchange])) {
            if (event.name === 'AgreementConcluded/1' || event.name === 'AmendmentProposed/1') {
                const { agreementId, version } = event.payload;
                this.#positions.set(versionKey(agreementId, version), this.#positions.size);
            }
        }
    }
}
