import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';
import {
    type Change,
    type CommitCode,
    type Committed,
    type Creator,
    type Event,
    type KeyWrite,
    Simulation,
    type Versioned,
} from './simulation.js';

export { Simulation } from './simulation.js';
export type { Creator, Event, KeyWrite, Versioned } from './simulation.js';

export type Proposal = Readonly<{
    chaincode: string;
    args: readonly (string | Uint8Array)[];
    creator: Creator;
    /** Time of the transaction by its client; now when absent. */
    timeMs?: number;
}>;

/** What an endorser answers and would have ordered. */
export type Endorsement = Readonly<{
    txId: string;
    timeMs: number;
    status: number;
    message: string;
    payload: string;
    writes: readonly KeyWrite[];
    event: Event | null;
    simulation: Simulation;
}>;

/**
 * A channel in memory, at the boundary of the shim. It copies Fabric where chaincodes depend on it: a transaction never
 * reads its own writes, nothing is written before it commits, a stale read or a phantom in a scanned range voids it,
 * scans run in the byte order of keys, the last event wins, the other chaincode is called in the same transaction and a
 * refused call answers 500 without throwing, a key's policy goes with the key. It does not check endorsement policies:
 * that takes a network.
 */
export class LedgerDouble implements Committed {
    readonly channel: string;
    readonly #chaincodes: ReadonlyMap<string, ChaincodeInterface>;
    readonly #state = new Map<string, Map<string, Versioned>>();
    readonly #policies = new Map<string, Uint8Array>();
    readonly #history = new Map<string, Change[]>();
    readonly events: Event[] = [];
    #transactions = 0;
    #height = 0;

    constructor(channel: string, chaincodes: Readonly<Record<string, ChaincodeInterface>>) {
        this.channel = channel;
        this.#chaincodes = new Map(Object.entries(chaincodes));
    }

    /** Blocks so far: one for each transaction that wrote something. */
    get height(): number {
        return this.#height;
    }

    /** Runs a proposal against the state as it is; nothing changes. Whatever leaves `Invoke` leaves this, too. */
    async endorse(proposal: Proposal): Promise<Endorsement> {
        this.#transactions += 1;
        const txId = this.#transactions.toString(16).padStart(64, '0');
        const timeMs = proposal.timeMs ?? Date.now();
        const simulation = new Simulation(this, { txId, timeMs, creator: proposal.creator });
        const stub = simulation.stubFor(proposal.chaincode, proposal.args);
        const response = await this.chaincode(proposal.chaincode).Invoke(stub as unknown as ChaincodeStub);
        simulation.close();
        return {
            txId,
            timeMs,
            status: response.status,
            message: response.message ?? '',
            payload: Buffer.from(response.payload ?? []).toString('utf8'),
            writes: simulation.writes(),
            event: stub.event,
            simulation,
        };
    }

    /** Orders and validates an endorsed transaction, now or after others. */
    commit(endorsement: Endorsement): CommitCode {
        const { simulation, txId, timeMs } = endorsement;
        const code = simulation.validate();
        if (code !== 'VALID') {
            return code;
        }
        this.adopt(endorsement.writes, { txId, timeMs });
        if (endorsement.event !== null) {
            this.events.push(endorsement.event);
        }
        return 'VALID';
    }

    /** Endorses and commits at once. A refusal is not ordered. */
    async submit(proposal: Proposal): Promise<Endorsement> {
        const endorsement = await this.endorse(proposal);
        if (endorsement.status === 200 && this.commit(endorsement) !== 'VALID') {
            throw new Error('a transaction that is committed at once is valid');
        }
        return endorsement;
    }

    chaincode(name: string): ChaincodeInterface {
        const chaincode = this.#chaincodes.get(name);
        if (chaincode === undefined) {
            throw new Error(`chaincode ${name} not found`);
        }
        return chaincode;
    }

    read(chaincode: string, key: string): Versioned | undefined {
        return this.#state.get(chaincode)?.get(key);
    }

    /** Committed keys from `start` (inclusive) to `end` (exclusive) in byte order. */
    range(chaincode: string, start: string, end: string): readonly (readonly [string, Versioned])[] {
        const [from, to] = [Buffer.from(start, 'utf8'), Buffer.from(end, 'utf8')];
        const shared = sharedPrefix(start, end);
        return [...(this.#state.get(chaincode) ?? [])]
            .filter(([key]) => key.startsWith(shared))
            .map(([key, stored]) => ({ key, stored, bytes: Buffer.from(key, 'utf8') }))
            .filter(({ bytes }) => bytes.compare(from) >= 0 && bytes.compare(to) < 0)
            .sort((left, right) => left.bytes.compare(right.bytes))
            .map(({ key, stored }) => [key, stored]);
    }

    /** Newest first, as the peer answers. */
    history(chaincode: string, key: string): readonly Change[] {
        return [...(this.#history.get(`${chaincode}/${key}`) ?? [])].reverse();
    }

    policyOf(chaincode: string, key: string): Uint8Array | null {
        return this.#policies.get(`${chaincode}/${key}`) ?? null;
    }

    /** Another ledger with the same state and history, served by the same chaincodes. */
    copy(): LedgerDouble {
        const copy = new LedgerDouble(this.channel, Object.fromEntries(this.#chaincodes));
        for (const [chaincode, keys] of this.#state) {
            copy.#state.set(chaincode, new Map(keys));
        }
        for (const [key, policy] of this.#policies) {
            copy.#policies.set(key, policy);
        }
        for (const [key, changes] of this.#history) {
            copy.#history.set(key, [...changes]);
        }
        copy.events.push(...this.events);
        copy.#transactions = this.#transactions;
        copy.#height = this.#height;
        return copy;
    }

    /** Every record, with its policy: adopted by another ledger, they make it the same. */
    records(): KeyWrite[] {
        return [...this.#state].flatMap(([chaincode, keys]) =>
            [...keys].map(([key, { value }]) => ({
                chaincode,
                key,
                value: value.toString('utf8'),
                policy: this.policyOf(chaincode, key),
            })),
        );
    }

    /** The whole state as text: two ledgers with equal snapshots are equal. */
    snapshot(): string {
        const lines = [...this.#state].flatMap(([chaincode, keys]) =>
            [...keys].map(([key, { value }]) => `${chaincode}/${key} = ${value.toString('utf8')}`),
        );
        return lines.sort().join('\n');
    }

    /** Writes what a block says that a transaction wrote, whatever this ledger would have made of it. */
    adopt(writes: readonly KeyWrite[], cause: Pick<Change, 'txId' | 'timeMs'>): void {
        this.#height += 1;
        for (const { chaincode, key, value, policy } of writes) {
            this.#apply(chaincode, key, value, cause);
            if (value === null) {
                this.#policies.delete(`${chaincode}/${key}`);
            } else if (policy !== null) {
                this.#policies.set(`${chaincode}/${key}`, policy);
            }
        }
    }

    #apply(chaincode: string, key: string, value: string | null, cause: Pick<Change, 'txId' | 'timeMs'>): void {
        const keys = this.#state.get(chaincode) ?? new Map<string, Versioned>();
        this.#state.set(chaincode, keys);
        const bytes = Buffer.from(value ?? '', 'utf8');
        if (value === null) {
            keys.delete(key);
        } else {
            keys.set(key, { value: bytes, version: this.#height });
        }
        const changes = this.#history.get(`${chaincode}/${key}`) ?? [];
        changes.push({ ...cause, value: bytes, isDelete: value === null });
        this.#history.set(`${chaincode}/${key}`, changes);
    }
}

/** What every key between two others begins with, so that few of them need to be compared byte by byte. */
function sharedPrefix(left: string, right: string): string {
    let length = 0;
    while (length < left.length && left[length] === right[length]) {
        length += 1;
    }
    return left.slice(0, length);
}
