import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';
import type { Change, Committed, Found, Versioned } from './committed.js';
import { isSatisfied } from './endorsement-policy.js';
import {
    type Creator,
    type Event,
    type KeyPolicy,
    type KeyWrite,
    type ReadConflict,
    Simulation,
} from './simulation.js';
import { StubOfCall } from './stub-of-call.js';

export type { Versioned } from './committed.js';
export { isSatisfied } from './endorsement-policy.js';
export { Simulation } from './simulation.js';
export { StubOfCall } from './stub-of-call.js';
export type { Creator, Event, KeyPolicy, KeyWrite } from './simulation.js';

/** Fabric's validation codes, as far as a chaincode can cause them. */
export type CommitCode = 'VALID' | 'ENDORSEMENT_POLICY_FAILURE' | ReadConflict;

export type Proposal = Readonly<{
    chaincode: string;
    args: readonly (string | Uint8Array)[];
    creator: Creator;
    /** Time of the transaction by its client; now when absent. */
    timeMs?: number;
    /** MSPs whose peers endorse; as many as every policy asks for when absent. */
    endorsers?: readonly string[];
}>;

/** What an endorser answers and would have ordered. */
export type Endorsement = Readonly<{
    txId: string;
    timeMs: number;
    status: number;
    message: string;
    payload: string;
    writes: readonly KeyWrite[];
    /** Policies of keys that are not written. */
    policies: readonly KeyPolicy[];
    event: Event | null;
    chaincode: string;
    endorsers: readonly string[] | null;
    simulation: Simulation;
}>;

/** A transaction that is valid, and its block. */
export type CommittedTransaction = Pick<Endorsement, 'txId' | 'chaincode' | 'writes' | 'event'> &
    Readonly<{ blockNumber: number }>;

/**
 * A channel in memory, at the boundary of the shim, for tests of any chaincode. It copies Fabric 2.5 where chaincodes
 * depend on it: a transaction never reads its own writes, nothing is written before it commits, stale reads and phantoms
 * void it, a range counts as far as a peer looks ahead in it, keys come in the order of their bytes, an empty value
 * deletes, who pages does not write, the last event wins, a called chaincode runs in the same transaction and a refused
 * call answers 500 without throwing, the first write of a key is judged by the chaincode's policy and every later one by
 * the key's own.
 *
 * Every transaction is a block of its own. What is not there fails when it is called: composite keys, private data, rich
 * queries, calls across channels. Values are text.
 */
export class LedgerDouble implements Committed {
    readonly channel: string;
    readonly #chaincodes: ReadonlyMap<string, ChaincodeInterface>;
    readonly #chaincodePolicies: ReadonlyMap<string, Uint8Array>;
    readonly #state = new Map<string, Map<string, Versioned>>();
    readonly #policies = new Map<string, Uint8Array>();
    readonly #history = new Map<string, Change[]>();
    readonly events: Event[] = [];
    /** Valid transactions with the number of their block, in order; what was adopted is not among them. */
    readonly transactions: CommittedTransaction[] = [];
    #proposals = 0;
    #height = 0;

    /** @param policies encoded SignaturePolicyEnvelopes of the chaincodes; without one, anybody endorses */
    constructor(
        channel: string,
        chaincodes: Readonly<Record<string, ChaincodeInterface>>,
        policies: Readonly<Record<string, Uint8Array>> = {},
    ) {
        this.channel = channel;
        this.#chaincodes = new Map(Object.entries(chaincodes));
        this.#chaincodePolicies = new Map(Object.entries(policies));
    }

    /** Blocks so far: one for each transaction that wrote something. */
    get height(): number {
        return this.#height;
    }

    /** Runs a proposal against the state as it is; nothing changes. Whatever leaves `Invoke` leaves this, too. */
    async endorse(proposal: Proposal): Promise<Endorsement> {
        this.#proposals += 1;
        const txId = this.#proposals.toString(16).padStart(64, '0');
        const timeMs = proposal.timeMs ?? Date.now();
        const simulation = new Simulation(this, { txId, timeMs, creator: proposal.creator });
        const stub = new StubOfCall(simulation, proposal.chaincode, proposal.args);
        const response = await this.chaincode(proposal.chaincode).Invoke(stub as unknown as ChaincodeStub);
        simulation.close();
        return {
            txId,
            timeMs,
            status: response.status,
            message: response.message ?? '',
            payload: Buffer.from(response.payload ?? []).toString('utf8'),
            writes: simulation.writes(),
            policies: simulation.barePolicies(),
            event: stub.event,
            chaincode: proposal.chaincode,
            endorsers: proposal.endorsers ?? null,
            simulation,
        };
    }

    /** Orders and validates an endorsed transaction, now or after others. */
    commit(endorsement: Endorsement): CommitCode {
        const { simulation, txId, timeMs } = endorsement;
        if (!this.#isEndorsed(endorsement)) {
            return 'ENDORSEMENT_POLICY_FAILURE';
        }
        const conflict = simulation.readConflict();
        if (conflict !== null) {
            return conflict;
        }
        this.adopt(endorsement.writes, { txId, timeMs }, endorsement.policies);
        const { chaincode, writes, event } = endorsement;
        this.transactions.push({ blockNumber: this.#height, txId, chaincode, writes, event });
        if (event !== null) {
            this.events.push(event);
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
    range(chaincode: string, start: string, end: string): Found {
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
        const copy = new LedgerDouble(
            this.channel,
            Object.fromEntries(this.#chaincodes),
            Object.fromEntries(this.#chaincodePolicies),
        );
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
        copy.transactions.push(...this.transactions);
        copy.#proposals = this.#proposals;
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
    adopt(
        writes: readonly KeyWrite[],
        cause: Pick<Change, 'txId' | 'timeMs'>,
        policies: readonly KeyPolicy[] = [],
    ): void {
        this.#height += 1;
        for (const { chaincode, key, value, policy } of writes) {
            this.#apply(chaincode, key, value, cause);
            if (value === null) {
                this.#policies.delete(`${chaincode}/${key}`);
            } else if (policy !== null) {
                this.#policies.set(`${chaincode}/${key}`, policy);
            }
        }
        for (const { chaincode, key, policy } of policies) {
            const stored = this.read(chaincode, key);
            if (stored !== undefined) {
                this.#policies.set(`${chaincode}/${key}`, policy);
                this.#state.get(chaincode)?.set(key, { ...stored, version: this.#height });
            }
        }
    }

    /** The chaincode that runs is judged by its policy even if it writes nothing, another one only where it writes. */
    #isEndorsed({ chaincode, endorsers, writes, policies }: Endorsement): boolean {
        if (endorsers === null) {
            return true;
        }
        const touched = [...writes, ...policies];
        return [...new Set([chaincode, ...touched.map((each) => each.chaincode)])].every((name) => {
            const own = touched
                .filter((each) => each.chaincode === name)
                .map(({ key }) => this.policyOf(name, key) ?? this.#chaincodePolicies.get(name));
            const asked = own.length === 0 ? [this.#chaincodePolicies.get(name)] : own;
            return asked.every((policy) => policy === undefined || isSatisfied(policy, endorsers));
        });
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
