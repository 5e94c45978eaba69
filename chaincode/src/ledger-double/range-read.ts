import type { Committed, Found } from './committed.js';

/** Results that a peer sends its chaincode at once. */
const BATCH_RESULTS = 100;

/**
 * A range of keys as one transaction read it. The peer looks one result beyond what it sends, and it sends a hundred
 * at a time whatever the chaincode asks for; what it has looked at must be the same when the transaction commits.
 */
export class RangeRead {
    readonly #chaincode: string;
    readonly #start: string;
    readonly #end: string;
    readonly found: Found;
    #looked = 0;
    #isExhausted = false;

    constructor(ledger: Committed, chaincode: string, start: string, end: string) {
        this.#chaincode = chaincode;
        this.#start = start;
        this.#end = end;
        this.found = ledger.range(chaincode, start, end);
    }

    /** The chaincode asks for the result at a place, counted from 0; it has the first batch anyhow. */
    batch(place: number): void {
        const sent = (Math.floor(place / BATCH_RESULTS) + 1) * BATCH_RESULTS;
        this.#isExhausted ||= this.found.length <= sent;
        this.#looked = Math.max(this.#looked, Math.min(this.found.length, sent + 1));
    }

    /** The chaincode asks for one page; the peer looks no further than to its end. */
    page(size: number): void {
        this.#isExhausted = this.found.length < size;
        this.#looked = Math.min(this.found.length, size);
    }

    /** Whether a commit would find what was read. */
    isSame(ledger: Committed): boolean {
        const last = this.found[this.#looked - 1]?.[0];
        const end = this.#isExhausted || last === undefined ? this.#end : `${last}\u0000`;
        const now = ledger.range(this.#chaincode, this.#start, end);
        return fingerprint(now) === fingerprint(this.found.slice(0, this.#looked));
    }
}

const fingerprint = (found: Found): string => found.map(([key, { version }]) => `${key}@${version}`).join('\n');
