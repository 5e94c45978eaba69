import type { Stream } from '../transport.js';

/** Items that a library calls back with, as a stream for one reader. */
export class PushStream<Item> implements Stream<Item> {
    readonly #items: Item[] = [];
    readonly #onClose: () => void;
    #isClosed = false;
    #failure: Error | null = null;
    #wake: () => void = () => undefined;

    constructor(onClose: () => void) {
        this.#onClose = onClose;
    }

    push(item: Item): void {
        this.#items.push(item);
        this.#wake();
    }

    /** What was pushed before is still read; then the iteration throws. */
    fail(error: Error): void {
        this.#failure ??= error;
        this.#wake();
    }

    readonly close = (): void => {
        if (!this.#isClosed) {
            this.#isClosed = true;
            this.#onClose();
            this.#wake();
        }
    };

    async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
        try {
            while (!this.#isClosed) {
                const item = this.#items.shift();
                if (item !== undefined) {
                    yield item;
                } else if (this.#failure !== null) {
                    throw this.#failure;
                } else {
                    await new Promise<void>((resolve) => {
                        this.#wake = resolve;
                    });
                }
            }
        } finally {
            this.close();
        }
    }
}
