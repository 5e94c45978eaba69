import type { ChaincodeStub, Iterators } from 'fabric-shim';
import { assert, demand, marketError } from '../domain/errors.js';
import { assertInvariants } from '../domain/invariants.js';
import type { AccountName, Posting } from '../domain/posting.js';
import { type AmountNano, minus, NO_MONEY, plus, wholeParts } from '../domain/units.js';
import { decodeError } from '../wire/errors.js';
import { encodeEvent, type MarketEvent } from '../wire/events.js';
import { type Page, PAGE_BYTES_MAX, type PageQuery } from '../wire/query.js';
import { type KeyPart, ledgerKey, type RecordType } from './keys.js';

/** Most records one scan or history returns; one that meets more fails instead of leaving some out. */
export const SCAN_RECORDS_MAX = 10_000;
/** Most bytes of one history: below what a peer and its clients send each other. */
const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

type Write = Readonly<{ key: string; text: string | null; policy: Uint8Array | null }>;
type Held = readonly (readonly [AccountName, AmountNano])[];

/** What a step writes: records put or removed, the postings that account for their money, and one event. */
export type Step = Readonly<{
    postings?: readonly Posting[];
    event: MarketEvent;
}>;

/**
 * The only access to the world state. Reads are decoded strictly; writes are collected and made at once at the end,
 * after the invariants hold, so that a refused step leaves nothing behind and nobody depends on reading back what the
 * same transaction wrote (Fabric would not show it).
 */
export class Ledger {
    readonly #stub: ChaincodeStub;
    readonly #writes = new Map<string, Write>();
    readonly #heldBefore = new Map<string, Held>();
    readonly #heldAfter = new Map<string, Held>();

    constructor(stub: ChaincodeStub) {
        this.#stub = stub;
    }

    async get<Value>(type: RecordType<Value>, ...parts: KeyPart[]): Promise<Value | null> {
        const key = ledgerKey(type.name, parts);
        const bytes = await this.#stub.getState(key);
        if (bytes.length === 0) {
            this.#heldBefore.set(key, []);
            return null;
        }
        const value = type.codec.decode(Buffer.from(bytes).toString('utf8'));
        assert(ledgerKey(type.name, type.keyOf(value)) === key, 'a record stands under its own key');
        this.#heldBefore.set(key, type.money?.(value) ?? []);
        return value;
    }

    /**
     * Every record with keys from `from` (inclusive) to `to` (exclusive) below the type's name.
     * @throws RECORDS_LIMIT {record, recordsMax}
     */
    async scan<Value>(
        type: RecordType<Value>,
        from: readonly KeyPart[],
        to: readonly KeyPart[],
    ): Promise<readonly Value[]> {
        const found = await this.scanFirst(type, from, to, SCAN_RECORDS_MAX + 1);
        demand(found.length <= SCAN_RECORDS_MAX, 'RECORDS_LIMIT', { record: type.name, recordsMax: SCAN_RECORDS_MAX });
        return found;
    }

    /** The first records of a scan, at most `max` of them. */
    async scanFirst<Value>(
        type: RecordType<Value>,
        from: readonly KeyPart[],
        to: readonly KeyPart[],
        max: number,
    ): Promise<readonly Value[]> {
        const iterator = await this.#stub.getStateByRange(ledgerKey(type.name, from), ledgerKey(type.name, to));
        const texts = await drain(iterator, max);
        return texts.map((text) => type.codec.decode(text));
    }

    /**
     * One page of a listing; only for queries, since a transaction that pages may not write. Of records that may be
     * large it holds fewer than were asked for.
     */
    async page<Value>(
        type: RecordType<Value>,
        query: PageQuery,
        prefix: readonly KeyPart[] = [],
    ): Promise<Page<Value>> {
        const start = `${ledgerKey(type.name, prefix)}/`;
        const end = `${ledgerKey(type.name, prefix)}0`; // '0' follows '/' in every collation of bytes
        const pageSize = Math.min(query.pageSize, wholeParts(PAGE_BYTES_MAX, type.codec.bytesMax));
        const answer = await this.#stub.getStateByRangeWithPagination(start, end, pageSize, query.bookmark);
        // The shim leaves the metadata of an empty page out, whatever its types say.
        const metadata = answer.metadata as typeof answer.metadata | undefined;
        const texts = await drain(answer.iterator, pageSize);
        const isLast = metadata === undefined || metadata.fetchedRecordsCount < pageSize;
        return { items: texts.map((text) => type.codec.decode(text)), bookmark: isLast ? '' : metadata.bookmark };
    }

    /** Every change of a record. @throws RECORDS_LIMIT {record, recordsMax} when there are too many, or too large ones */
    async history<Value>(
        type: RecordType<Value>,
        ...parts: KeyPart[]
    ): Promise<readonly { transactionId: string; timestampMs: number; value: Value }[]> {
        const iterator = await this.#stub.getHistoryForKey(ledgerKey(type.name, parts));
        const changes = [];
        let bytes = 0;
        try {
            for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
                const { txId, timestamp, value, isDelete } = next.value;
                bytes += value.length;
                const isBounded = changes.length < SCAN_RECORDS_MAX && bytes <= HISTORY_BYTES_MAX;
                demand(isBounded, 'RECORDS_LIMIT', { record: type.name, recordsMax: SCAN_RECORDS_MAX });
                if (!isDelete) {
                    changes.push({
                        transactionId: txId,
                        timestampMs: Number(timestamp.seconds) * 1_000 + Math.floor(timestamp.nanos / 1_000_000),
                        value: type.codec.decode(Buffer.from(value).toString('utf8')),
                    });
                }
            }
        } finally {
            await iterator.close();
        }
        return changes;
    }

    /**
     * Puts a record; a policy, given once when the record is created, replaces the chaincode's for this key.
     * @throws RECORD_TOO_LARGE {record, bytes, bytesMax}: nobody could read it again
     */
    put<Value>(type: RecordType<Value>, value: Value, policy: Uint8Array | null = null): void {
        const key = ledgerKey(type.name, type.keyOf(value));
        const held = type.money?.(value) ?? [];
        const text = type.codec.encode(value);
        const { bytesMax } = type.codec;
        const bytes = Buffer.byteLength(text, 'utf8');
        demand(bytes <= bytesMax, 'RECORD_TOO_LARGE', { record: type.name, bytes, bytesMax });
        this.#write({ key, text, policy });
        assert(type.money === undefined || this.#heldBefore.has(key), 'a record with money is read before it changes');
        this.#heldAfter.set(key, held);
    }

    /** Bytes of what is put so far, with its keys: what the transaction leaves behind, in the state and in the blocks. */
    get bytesPut(): number {
        const sizes = [...this.#writes.values()].map(({ key, text }) =>
            text === null ? 0 : Buffer.byteLength(key, 'utf8') + Buffer.byteLength(text, 'utf8'),
        );
        return sizes.reduce((sum, bytes) => sum + bytes, 0);
    }

    remove<Value>(type: RecordType<Value>, value: Value): void {
        const key = ledgerKey(type.name, type.keyOf(value));
        this.#write({ key, text: null, policy: null });
        assert(this.#heldBefore.has(key), 'a record is read before it is removed');
        this.#heldAfter.set(key, []);
    }

    /**
     * Calls the other chaincode; a query of it joins this transaction's read set.
     * A refused inner call does not throw by itself.
     * @throws what the other chaincode refuses with · LEDGER_CALL_FAILED {chaincode, verb, status} when that is no code
     */
    async call(chaincode: string, verb: string, command: string): Promise<string> {
        const response = await this.#stub.invokeChaincode(chaincode, [verb, command], '');
        const { status, message = '' } = response;
        const refusal = status === 200 ? null : decodeError(message);
        if (refusal !== null) {
            throw marketError(refusal.code, refusal.operands);
        }
        demand(status === 200, 'LEDGER_CALL_FAILED', { chaincode, verb, status });
        return Buffer.from(response.payload ?? []).toString('utf8');
    }

    /** Makes the collected writes, once, after the invariants hold. */
    async commit(step: Step): Promise<void> {
        const postings = step.postings ?? [];
        assertInvariants({
            postings,
            heldChanges: this.#heldChanges(),
            heldAfter: [...this.#heldAfter.values()].flat(),
        });
        for (const { key, text, policy } of this.#writes.values()) {
            if (text === null) {
                await this.#stub.deleteState(key);
                continue;
            }
            await this.#stub.putState(key, Buffer.from(text, 'utf8'));
            if (policy !== null) {
                await this.#stub.setStateValidationParameter(key, policy);
            }
        }
        this.#stub.setEvent(step.event.name, Buffer.from(encodeEvent(step.event), 'utf8'));
    }

    #write(write: Write): void {
        assert(!this.#writes.has(write.key), 'a key is written once in a transaction');
        this.#writes.set(write.key, write);
    }

    #heldChanges(): Map<AccountName, AmountNano> {
        const changes = new Map<AccountName, AmountNano>();
        for (const [key, after] of this.#heldAfter) {
            for (const [account, held] of after) {
                changes.set(account, plus(changes.get(account) ?? NO_MONEY, held));
            }
            for (const [account, held] of this.#heldBefore.get(key) ?? []) {
                changes.set(account, minus(changes.get(account) ?? NO_MONEY, held));
            }
        }
        return changes;
    }
}

async function drain(iterator: Iterators.StateQueryIterator, max: number): Promise<string[]> {
    const texts: string[] = [];
    try {
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
            texts.push(Buffer.from(next.value.value).toString('utf8'));
            if (texts.length === max) {
                break;
            }
        }
    } finally {
        await iterator.close();
    }
    return texts;
}
