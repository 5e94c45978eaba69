import { type Event, type KeyWrite, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import type { ChaincodeRole, Invocation } from '../transport.js';
import { type Program, programOf, type Programs } from './programs.js';
import type { TransactionContent } from './transaction-content.js';

type Chaincode = ReturnType<Program['exchangeChaincode']>;

/** Queries ask for no identity. */
const NOBODY = { mspid: '', idBytes: new Uint8Array() };

/** A record that the chaincode would have written otherwise; `null` where one side has none. */
export type Deviation = Readonly<{ key: string; stated: string | null; computed: string | null }>;

/**
 * Runs every transaction again, by the chaincodes of its version, on the state that the blocks before have left. A valid
 * transaction read what was still so when it was committed; so it writes the same again, or somebody's peer ran something
 * else. All signatures inside records, all sums and every settlement are verified on the way.
 */
export class Reexecution {
    readonly ledger: LedgerDouble;
    readonly #chaincodes: ReadonlySet<string>;
    readonly #programs: Programs;
    readonly #ofVersion = new Map<string, Readonly<Record<ChaincodeRole, Chaincode>>>();
    #version = '';
    #timeMs = 0;

    constructor(channel: string, chaincodes: Readonly<Record<ChaincodeRole, string>>, programs: Programs) {
        this.#chaincodes = new Set(Object.values(chaincodes));
        this.#programs = programs;
        this.ledger = new LedgerDouble(channel, {
            [chaincodes.exchange]: this.#versioned('exchange'),
            [chaincodes.supervision]: this.#versioned('supervision'),
        });
    }

    /** Whether a chaincode is one of the market's two; others are their own business. */
    knows(chaincode: string): boolean {
        return this.#chaincodes.has(chaincode);
    }

    /** What a query of a version answers from the state that the blocks have left. @throws Error when it is refused */
    async answer({ chaincode, verb, command }: Invocation, version: string): Promise<string> {
        this.#version = version;
        const proposal = { chaincode, args: [verb, command], creator: NOBODY, timeMs: this.#timeMs };
        const { status, message, payload } = await this.ledger.endorse(proposal);
        if (status !== 200) {
            throw new Error(`${verb} is refused: ${message}`);
        }
        return payload;
    }

    /** Compares what a transaction wrote with what it should have, then adopts what it wrote. */
    async take(transaction: TransactionContent): Promise<readonly Deviation[]> {
        const { chaincode, version, args, creator, timeMs, transactionId } = transaction;
        this.#version = version;
        this.#timeMs = timeMs;
        const computed = await this.ledger.endorse({ chaincode, args, creator, timeMs });
        const deviations = [
            ...deviating(transaction.writes, computed.status === 200 ? computed.writes : []),
            ...(sameEvent(transaction.event, computed.event)
                ? []
                : [eventDeviation(transaction.event, computed.event)]),
        ];
        this.ledger.adopt(transaction.writes, { txId: transactionId, timeMs }, transaction.policies);
        return deviations;
    }

    /** The chaincode of the version that runs just now; a chaincode that it calls is taken to be of the same. */
    #versioned(role: ChaincodeRole): Chaincode {
        return {
            Init: (stub) => this.#running()[role].Init(stub),
            Invoke: (stub) => this.#running()[role].Invoke(stub),
        };
    }

    #running(): Readonly<Record<ChaincodeRole, Chaincode>> {
        const ownTimeMs = (): number => this.#timeMs;
        const program = programOf(this.#programs, this.#version);
        const running = this.#ofVersion.get(this.#version) ?? {
            exchange: program.exchangeChaincode(ownTimeMs),
            supervision: program.supervisionChaincode(ownTimeMs),
        };
        this.#ofVersion.set(this.#version, running);
        return running;
    }
}

function deviating(stated: readonly KeyWrite[], computed: readonly KeyWrite[]): Deviation[] {
    const [of, should] = [stated, computed].map((writes) => new Map(writes.map((write) => [nameOf(write), write])));
    return [...new Set([...(of?.keys() ?? []), ...(should?.keys() ?? [])])]
        .map((key) => ({ key, stated: textOf(of?.get(key)), computed: textOf(should?.get(key)) }))
        .filter((each) => each.stated !== each.computed);
}

const nameOf = ({ chaincode, key }: KeyWrite): string => `${chaincode}/${key}`;

/** A record with its policy, if it was given one. */
function textOf(write: KeyWrite | undefined): string | null {
    if (write === undefined) {
        return null;
    }
    const policy = write.policy === null ? '' : ` under ${Buffer.from(write.policy).toString('hex')}`;
    return `${write.value ?? 'deleted'}${policy}`;
}

const sameEvent = (left: Event | null, right: Event | null): boolean =>
    left?.name === right?.name && left?.payload === right?.payload;

const eventDeviation = (stated: Event | null, computed: Event | null): Deviation => ({
    key: 'event',
    stated: stated === null ? null : `${stated.name} ${stated.payload}`,
    computed: computed === null ? null : `${computed.name} ${computed.payload}`,
});
