import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';

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

export type CommitCode = 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT';

/** A committed value and the block that wrote it. */
export type Versioned = Readonly<{ value: Buffer; version: number }>;

/** A committed change of a key. */
export type Change = Readonly<{ txId: string; timeMs: number; value: Buffer; isDelete: boolean }>;

/** What a simulation sees of the channel: the committed state and the chaincodes. */
export type Committed = Readonly<{
    channel: string;
    chaincode: (name: string) => ChaincodeInterface;
    read: (chaincode: string, key: string) => Versioned | undefined;
    range: (chaincode: string, start: string, end: string) => readonly (readonly [string, Versioned])[];
    history: (chaincode: string, key: string) => readonly Change[];
}>;

type Transaction = Readonly<{ txId: string; timeMs: number; creator: Creator }>;
type Scan = Readonly<{ chaincode: string; start: string; end: string; found: string }>;

/** One transaction while it is endorsed: what it read, from which versions, and what it would write. */
export class Simulation {
    readonly ledger: Committed;
    readonly transaction: Transaction;
    readonly #reads = new Map<string, Readonly<{ chaincode: string; key: string; version: number | null }>>();
    readonly #scans: Scan[] = [];
    readonly #values = new Map<string, KeyWrite>();
    readonly #policies = new Map<string, Uint8Array>();
    #paged = false;
    #open = true;

    constructor(ledger: Committed, transaction: Transaction) {
        this.ledger = ledger;
        this.transaction = transaction;
    }

    stubFor(chaincode: string, args: readonly (string | Uint8Array)[], callers: readonly string[] = []): StubOfCall {
        return new StubOfCall(this, chaincode, args, callers);
    }

    read(chaincode: string, key: string): Buffer {
        this.#demandOpen();
        const stored = this.ledger.read(chaincode, key);
        this.#reads.set(`${chaincode}/${key}`, { chaincode, key, version: stored?.version ?? null });
        return stored?.value ?? Buffer.alloc(0);
    }

    scan(chaincode: string, start: string, end: string): readonly (readonly [string, Versioned])[] {
        this.#demandOpen();
        const found = this.ledger.range(chaincode, start, end);
        this.#scans.push({ chaincode, start, end, found: fingerprint(found) });
        return found;
    }

    /** A paged scan is not validated at commit; therefore the peer refuses writes in the same transaction. */
    page(chaincode: string, start: string, end: string): readonly (readonly [string, Versioned])[] {
        this.#demandOpen();
        this.#paged = true;
        return this.ledger.range(chaincode, start, end);
    }

    write(chaincode: string, key: string, value: string | null): void {
        this.#demandOpen();
        if (this.#paged) {
            throw new Error('a transaction with a paged query may not write');
        }
        if (key === '' || key.startsWith('\u0000')) {
            throw new Error('the key is empty or a composite one');
        }
        this.#values.set(`${chaincode}/${key}`, { chaincode, key, value, policy: null });
    }

    setPolicy(chaincode: string, key: string, policy: Uint8Array): void {
        this.#demandOpen();
        this.#policies.set(`${chaincode}/${key}`, policy);
    }

    /** In byte order of the keys; a policy on a key that is not written stays with the value it has. */
    writes(): KeyWrite[] {
        return [...this.#values.values()]
            .map((write) => ({ ...write, policy: this.#policies.get(`${write.chaincode}/${write.key}`) ?? null }))
            .sort((left, right) => (`${left.chaincode}/${left.key}` < `${right.chaincode}/${right.key}` ? -1 : 1));
    }

    /** Keys read one by one, as `chaincode/key`. */
    get readKeys(): string[] {
        return [...this.#reads.keys()];
    }

    /** A stub used after the answer was given would hang in the shim. */
    close(): void {
        this.#open = false;
    }

    validate(): CommitCode {
        for (const { chaincode, key, version } of this.#reads.values()) {
            if ((this.ledger.read(chaincode, key)?.version ?? null) !== version) {
                return 'MVCC_READ_CONFLICT';
            }
        }
        const same = this.#scans.every(
            ({ chaincode, start, end, found }) => fingerprint(this.ledger.range(chaincode, start, end)) === found,
        );
        return same ? 'VALID' : 'PHANTOM_READ_CONFLICT';
    }

    #demandOpen(): void {
        if (!this.#open) {
            throw new Error('the transaction was answered already');
        }
    }
}

const fingerprint = (found: readonly (readonly [string, Versioned])[]): string =>
    found.map(([key, { version }]) => `${key}@${version}`).join('\n');

type KeyValue = Readonly<{ key: string; value: Buffer }>;
type Iterator<Item> = Readonly<{
    next: () => Promise<{ done: true } | { done: false; value: Item }>;
    close: () => Promise<void>;
}>;

function iterate<Item>(items: readonly Item[]): Iterator<Item> {
    let position = 0;
    return {
        next: () => {
            const value = items[position];
            position += 1;
            return Promise.resolve(value === undefined ? { done: true } : { done: false, value });
        },
        close: () => Promise.resolve(),
    };
}

const keyValues = (found: readonly (readonly [string, Versioned])[]): KeyValue[] =>
    found.map(([key, { value }]) => ({ key, value: Buffer.from(value) }));

/** What one chaincode sees of a transaction: the methods of the shim's stub that chaincodes of this project use. */
export class StubOfCall {
    event: Event | null = null;
    readonly #simulation: Simulation;
    readonly #chaincode: string;
    readonly #args: readonly Buffer[];
    readonly #callers: readonly string[];

    constructor(
        simulation: Simulation,
        chaincode: string,
        args: readonly (string | Uint8Array)[],
        callers: readonly string[],
    ) {
        this.#simulation = simulation;
        this.#chaincode = chaincode;
        this.#args = args.map((arg) => (typeof arg === 'string' ? Buffer.from(arg, 'utf8') : Buffer.from(arg)));
        this.#callers = [...callers, chaincode];
    }

    getBufferArgs(): Buffer[] {
        return [...this.#args];
    }

    getChannelID(): string {
        return this.#simulation.ledger.channel;
    }

    getTxID(): string {
        return this.#simulation.transaction.txId;
    }

    getCreator(): Creator {
        return this.#simulation.transaction.creator;
    }

    getDateTimestamp(): Date {
        return new Date(this.#simulation.transaction.timeMs);
    }

    async getState(key: string): Promise<Buffer> {
        return Promise.resolve(Buffer.from(this.#simulation.read(this.#chaincode, key)));
    }

    async putState(key: string, value: Uint8Array): Promise<void> {
        this.#simulation.write(this.#chaincode, key, Buffer.from(value).toString('utf8'));
        return Promise.resolve();
    }

    async deleteState(key: string): Promise<void> {
        this.#simulation.write(this.#chaincode, key, null);
        return Promise.resolve();
    }

    async setStateValidationParameter(key: string, policy: Uint8Array): Promise<void> {
        this.#simulation.setPolicy(this.#chaincode, key, policy);
        return Promise.resolve();
    }

    async getStateByRange(start: string, end: string): Promise<Iterator<KeyValue>> {
        return Promise.resolve(iterate(keyValues(this.#simulation.scan(this.#chaincode, start, end))));
    }

    async getStateByRangeWithPagination(
        start: string,
        end: string,
        pageSize: number,
        bookmark = '',
    ): Promise<{ iterator: Iterator<KeyValue>; metadata?: { fetchedRecordsCount: number; bookmark: string } }> {
        const found = keyValues(this.#simulation.page(this.#chaincode, bookmark === '' ? start : bookmark, end));
        const items = found.slice(0, pageSize);
        const iterator = iterate(items);
        if (items.length === 0) {
            return Promise.resolve({ iterator });
        }
        const metadata = { fetchedRecordsCount: items.length, bookmark: found[pageSize]?.key ?? '' };
        return Promise.resolve({ iterator, metadata });
    }

    async getHistoryForKey(key: string): Promise<Iterator<unknown>> {
        const changes = this.#simulation.ledger.history(this.#chaincode, key).map((change) => ({
            txId: change.txId,
            value: change.value,
            isDelete: change.isDelete,
            timestamp: { seconds: Math.floor(change.timeMs / 1_000), nanos: (change.timeMs % 1_000) * 1_000_000 },
        }));
        return Promise.resolve(iterate(changes));
    }

    async invokeChaincode(chaincode: string, args: readonly string[], channel: string): Promise<ChaincodeResponse> {
        if (channel !== '') {
            throw new Error('only chaincodes of this channel are called');
        }
        if (this.#callers.includes(chaincode)) {
            throw new Error(`txid: ${this.getTxID()} exists`);
        }
        const stub = this.#simulation.stubFor(chaincode, args, this.#callers);
        return this.#simulation.ledger.chaincode(chaincode).Invoke(stub as unknown as ChaincodeStub);
    }

    setEvent(name: string, payload: Uint8Array): void {
        if (name === '') {
            throw new Error('an event has a name');
        }
        this.event = { name, payload: Buffer.from(payload).toString('utf8') };
    }
}
