import type { Committed } from './committed.js';
import { RangeRead } from './range-read.js';

/** Who proposes: MSP and certificate, as the peer has verified them. */
export type Creator = Readonly<{ mspid: string; idBytes: Uint8Array }>;

export type Event = Readonly<{ name: string; payload: string }>;

/** One key as a transaction would write it: `null` deletes it, a policy replaces the chaincode's for the key. */
export type KeyWrite = Readonly<{
    chaincode: string;
    key: string;
    value: string | null;
    policy: Uint8Array | null;
}>;

/** A policy set on a key whose value the transaction does not touch. */
export type KeyPolicy = Readonly<{ chaincode: string; key: string; policy: Uint8Array }>;

export type ReadConflict = 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT';

type Transaction = Readonly<{ txId: string; timeMs: number; creator: Creator }>;

/** One transaction while it is endorsed: what it read, from which versions, and what it would write. */
export class Simulation {
    readonly ledger: Committed;
    readonly transaction: Transaction;
    readonly #reads = new Map<string, Readonly<{ chaincode: string; key: string; version: number | null }>>();
    readonly #ranges: RangeRead[] = [];
    readonly #values = new Map<string, KeyWrite>();
    readonly #policies = new Map<string, KeyPolicy>();
    #recordsRead = 0;
    #paged = false;
    #open = true;

    constructor(ledger: Committed, transaction: Transaction) {
        this.ledger = ledger;
        this.transaction = transaction;
    }

    read(chaincode: string, key: string): Buffer {
        this.#demandOpen();
        this.countRead();
        const stored = this.ledger.read(chaincode, key);
        this.#reads.set(`${chaincode}/${key}`, { chaincode, key, version: stored?.version ?? null });
        return stored?.value ?? Buffer.alloc(0);
    }

    /** The policy of a key comes with its value and version. */
    readPolicy(chaincode: string, key: string): Uint8Array | undefined {
        this.read(chaincode, key);
        return this.ledger.policyOf(chaincode, key) ?? undefined;
    }

    scan(chaincode: string, start: string, end: string): RangeRead {
        this.#demandOpen();
        const read = new RangeRead(this.ledger, chaincode, start, end);
        read.batch(0);
        this.#ranges.push(read);
        return read;
    }

    page(chaincode: string, start: string, end: string, size: number): RangeRead {
        this.#demandOpen();
        if (this.#values.size > 0 || this.#policies.size > 0) {
            throw new Error('a transaction that has written may not make a paged query');
        }
        this.#paged = true;
        const read = new RangeRead(this.ledger, chaincode, start, end);
        read.page(size);
        this.#ranges.push(read);
        return read;
    }

    /** An empty value deletes, as on a peer. */
    write(chaincode: string, key: string, value: string | null): void {
        this.#demandWritable();
        if (key === '' || key.startsWith('\u0000')) {
            throw new Error('the key is empty or a composite one');
        }
        this.#values.set(`${chaincode}/${key}`, { chaincode, key, value: value === '' ? null : value, policy: null });
    }

    setPolicy(chaincode: string, key: string, policy: Uint8Array): void {
        this.#demandWritable();
        this.#policies.set(`${chaincode}/${key}`, { chaincode, key, policy });
    }

    /** In byte order of the keys. */
    writes(): KeyWrite[] {
        return [...this.#values.entries()]
            .map(([name, write]) => ({ ...write, policy: this.#policies.get(name)?.policy ?? null }))
            .sort((left, right) => (`${left.chaincode}/${left.key}` < `${right.chaincode}/${right.key}` ? -1 : 1));
    }

    /** Policies of keys that are not written. */
    barePolicies(): KeyPolicy[] {
        return [...this.#policies].filter(([name]) => !this.#values.has(name)).map(([, policy]) => policy);
    }

    /** Keys read one by one, as `chaincode/key`. */
    get readKeys(): string[] {
        return [...this.#reads.keys()];
    }

    /** Records read: by key, and each one that an iterator has handed out. */
    get recordsRead(): number {
        return this.#recordsRead;
    }

    countRead(): void {
        this.#recordsRead += 1;
    }

    /** A stub used after the answer was given would hang in the shim. */
    close(): void {
        this.#open = false;
    }

    /** What would void the transaction if it were committed now. */
    readConflict(): ReadConflict | null {
        for (const { chaincode, key, version } of this.#reads.values()) {
            if ((this.ledger.read(chaincode, key)?.version ?? null) !== version) {
                return 'MVCC_READ_CONFLICT';
            }
        }
        return this.#ranges.every((read) => read.isSame(this.ledger)) ? null : 'PHANTOM_READ_CONFLICT';
    }

    #demandOpen(): void {
        if (!this.#open) {
            throw new Error('the transaction was answered already');
        }
    }

    #demandWritable(): void {
        this.#demandOpen();
        if (this.#paged) {
            throw new Error('a transaction with a paged query may not write');
        }
    }
}
