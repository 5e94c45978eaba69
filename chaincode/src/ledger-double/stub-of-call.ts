import type { ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import type { RangeRead } from './range-read.js';
import type { Creator, Event, Simulation } from './simulation.js';

type KeyValue = Readonly<{ key: string; value: Buffer }>;
type Iterator<Item> = Readonly<{
    next: () => Promise<{ done: true } | { done: false; value: Item }>;
    close: () => Promise<void>;
}>;

/** @param onNext told the place of each result before it is given */
function iterate<Item>(items: readonly Item[], onNext: (place: number) => void): Iterator<Item> {
    let position = 0;
    return {
        next: () => {
            const value = items[position];
            if (value === undefined) {
                return Promise.resolve({ done: true });
            }
            onNext(position);
            position += 1;
            return Promise.resolve({ done: false, value });
        },
        close: () => Promise.resolve(),
    };
}

const keyValues = ({ found }: RangeRead): KeyValue[] =>
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
        callers: readonly string[] = [],
    ) {
        this.#simulation = simulation;
        this.#chaincode = chaincode;
        this.#args = args.map((arg) => (typeof arg === 'string' ? Buffer.from(arg, 'utf8') : Buffer.from(arg)));
        this.#callers = [...callers, chaincode];
    }

    getBufferArgs(): Buffer[] {
        return [...this.#args];
    }

    getArgs(): string[] {
        return this.#args.map((arg) => arg.toString('utf8'));
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

    async getStateValidationParameter(key: string): Promise<Uint8Array | undefined> {
        return Promise.resolve(this.#simulation.readPolicy(this.#chaincode, key));
    }

    async getStateByRange(start: string, end: string): Promise<Iterator<KeyValue>> {
        const read = this.#simulation.scan(this.#chaincode, start, end);
        const onNext = (place: number): void => {
            read.batch(place);
            this.#simulation.countRead();
        };
        return Promise.resolve(iterate(keyValues(read), onNext));
    }

    async getStateByRangeWithPagination(
        start: string,
        end: string,
        pageSize: number,
        bookmark = '',
    ): Promise<{ iterator: Iterator<KeyValue>; metadata?: { fetchedRecordsCount: number; bookmark: string } }> {
        const from = bookmark === '' ? start : bookmark;
        const found = keyValues(this.#simulation.page(this.#chaincode, from, end, pageSize));
        const items = found.slice(0, pageSize);
        const iterator = iterate(items, () => {
            this.#simulation.countRead();
        });
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
        const onNext = (): void => {
            this.#simulation.countRead();
        };
        return Promise.resolve(iterate(changes, onNext));
    }

    async invokeChaincode(chaincode: string, args: readonly string[], channel: string): Promise<ChaincodeResponse> {
        if (channel !== '') {
            throw new Error('only chaincodes of this channel are called');
        }
        if (this.#callers.includes(chaincode)) {
            throw new Error(`txid: ${this.getTxID()} exists`);
        }
        const stub = new StubOfCall(this.#simulation, chaincode, args, this.#callers);
        return this.#simulation.ledger.chaincode(chaincode).Invoke(stub as unknown as ChaincodeStub);
    }

    setEvent(name: string, payload: Uint8Array): void {
        if (name === '') {
            throw new Error('an event has a name');
        }
        this.event = { name, payload: Buffer.from(payload).toString('utf8') };
    }
}
