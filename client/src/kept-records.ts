import type { Codec } from '@commonwatt/chaincode/wire/codec';
import type { BlockView } from './block-reader.js';
import { translated } from './errors.js';
import type { Market } from './market.js';
import type { ChaincodeRole } from './transport.js';

/** One kind of record as a process follows it. */
export type RecordKind<Item> = Readonly<{
    role: ChaincodeRole;
    /** First part of its keys. */
    name: string;
    codec: Codec<Item>;
    /** Tells apart records of the kind. */
    idOf: (item: Item) => string;
    list: () => Promise<readonly Item[]>;
    /** What is not open never matters again as it stands. */
    isOpen: (item: Item) => boolean;
}>;

/** The records of one kind that are open, as of the last block read. */
export class KeptRecords<Item> {
    readonly kind: RecordKind<Item>;
    #items: Map<string, Item> | null = null;

    constructor(kind: RecordKind<Item>) {
        this.kind = kind;
    }

    /** In the order of their ids, whichever came first. */
    get open(): readonly Item[] {
        return [...(this.#items ?? [])].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
    }

    /** Never returns to a record unless it is written again. */
    forget(item: Item): void {
        this.#items?.delete(this.kind.idOf(item));
    }

    async list(): Promise<void> {
        if (this.#items === null) {
            const { idOf, isOpen, list } = this.kind;
            this.#items = new Map((await list()).filter(isOpen).map((item) => [idOf(item), item]));
        }
    }

    note(value: string): void {
        const item = translated(() => this.kind.codec.decode(value));
        const id = this.kind.idOf(item);
        if (this.kind.isOpen(item)) {
            this.#items?.set(id, item);
        } else {
            this.#items?.delete(id);
        }
    }
}

/** The peer that answers the listings may be so many blocks behind the one that told the height. */
const OVERLAP_BLOCKS = 16;
/** A peer that has fallen behind is not waited for: the next turn goes on where this one ended. */
const READ_MS_MAX = 10_000;

/**
 * Records that a process looks at in every turn: listed once, when it starts, and from then on taken from the blocks, so
 * that a turn costs what is new and what is open, however much has been before.
 */
export class RecordsInBlocks {
    readonly #market: Market;
    readonly #kept = new Map<string, Pick<KeptRecords<unknown>, 'list' | 'note'>>();
    #nextBlock: number | null = null;

    constructor(market: Market) {
        this.#market = market;
    }

    keep<Item>(kind: RecordKind<Item>): KeptRecords<Item> {
        const kept = new KeptRecords(kind);
        this.#kept.set(`${this.#market.profile.chaincodes[kind.role]}/${kind.name}`, kept);
        return kept;
    }

    /** Takes in what the blocks wrote since the last time. @throws UnavailableError when nothing can be read */
    async refresh(): Promise<void> {
        const height = await this.#market.transport.height();
        this.#nextBlock ??= Math.max(0, height - OVERLAP_BLOCKS);
        for (const kept of this.#kept.values()) {
            await kept.list();
        }
        if (this.#nextBlock < height) {
            await this.#readTo(height, this.#nextBlock);
        }
    }

    async #readTo(height: number, fromBlock: number): Promise<void> {
        const signal = AbortSignal.timeout(READ_MS_MAX);
        for await (const block of this.#market.blocks({ fromBlock, signal })) {
            this.#note(block);
            this.#nextBlock = block.blockNumber + 1;
            if (this.#nextBlock >= height) {
                break;
            }
        }
    }

    #note({ transactions }: BlockView): void {
        const valid = transactions.filter(({ validationCode }) => validationCode === 'VALID');
        for (const { namespace, keys, values } of valid.flatMap(({ writes }) => writes)) {
            for (const [position, key] of keys.entries()) {
                const value = values[position] ?? null;
                const kept = this.#kept.get(`${namespace}/${key.slice(0, key.indexOf('/'))}`);
                if (kept !== undefined && value !== null) {
                    kept.note(value);
                }
            }
        }
    }
}
