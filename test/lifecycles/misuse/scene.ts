import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { ERROR_KINDS } from '@commonwatt/chaincode/domain/errors';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Endorsement, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { agreementCodec } from '@commonwatt/chaincode/wire/agreement';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { must, sum } from '../broken.js';
import { moneyIn } from '../../support/held-money.js';
import { FIRST_SLOT } from '../../support/sample-market.js';
import type { Identity } from '../../support/stub-identity.js';
import type { Base } from './base.js';

export type Chaincode = 'exchange' | 'supervision';
export type Sent = Readonly<{ name: string; chaincode: Chaincode; verb: string; command: string }>;

/** What became of a command: `done` and `nothing` are accepted, the second changed nothing. */
export type Outcome = Readonly<{ end: 'done' | 'nothing' | 'refused'; code: string | null; operands: Operands }>;
type Operands = Readonly<Record<string, unknown>>;

/** One misused world: its ledger, what is on it by kind, and the books that are kept from the records alone. */
export class Scene {
    readonly base: Base;
    readonly ledger: LedgerDouble;
    readonly sent: Sent[] = [];
    readonly #people: Map<string, Identity>;
    readonly #records = new Map<string, Map<string, string>>();
    readonly #decoded = new Map<string, unknown>();
    readonly #balances = new Map<string, bigint>();
    /** What accounts held before anybody misused anything. */
    readonly before: ReadonlyMap<string, bigint>;
    nextSlot = FIRST_SLOT;

    constructor(base: Base) {
        this.base = base;
        this.ledger = base.ledger.copy();
        this.#people = new Map(base.people);
        for (const { chaincode, key, value } of this.ledger.records()) {
            this.#keep(chaincode, key, value);
        }
        this.before = new Map(this.#balances);
    }

    who(name: string): Identity {
        const person = this.#people.get(name);
        must(person !== undefined, 'everybody is enrolled', { name });
        return person;
    }

    rekey(name: string, key: Identity['key']): void {
        this.#people.set(name, { ...this.who(name), key });
    }

    balance(account: string): bigint {
        return this.#balances.get(account) ?? 0n;
    }

    /** Everything that a participant owns, wherever it is. */
    wealth(participantId: string, of: ReadonlyMap<string, bigint> = this.#balances): bigint {
        const own = [...of].filter(([account]) => {
            const [place, first, second] = account.split('/');
            return (place === 'escrow' ? second : first) === participantId && place !== 'system';
        });
        return sum(own.map(([, nano]) => nano));
    }

    /** Records of a kind, by their codec; of the exchange unless told otherwise. */
    all<Value>(type: string, codec: Codec<Value>, chaincode: Chaincode = 'exchange'): Value[] {
        return [...(this.#records.get(`${chaincode}/${type}`) ?? [])].map(([key, text]) =>
            this.#decode(`${chaincode}/${key}`, text, codec),
        );
    }

    one<Value>(key: string, codec: Codec<Value>, chaincode: Chaincode = 'exchange'): Value | null {
        const [type = ''] = key.split('/');
        const text = this.#records.get(`${chaincode}/${type}`)?.get(key);
        return text === undefined ? null : this.#decode(`${chaincode}/${key}`, text, codec);
    }

    has(chaincode: Chaincode, key: string): boolean {
        const [type = ''] = key.split('/');
        return this.#records.get(`${chaincode}/${type}`)?.has(key) === true;
    }

    get agreements(): Agreement[] {
        return this.all('agreement', agreementCodec);
    }

    get executions(): Execution[] {
        return this.all('execution', executionCodec);
    }

    /** Sends what may be refused, but by nothing that breaks inside. */
    async send(sent: Sent): Promise<Outcome> {
        const { name, chaincode, verb, command } = sent;
        const { creator } = this.who(name);
        const answer = await this.ledger.endorse({ chaincode, args: [verb, command], creator });
        if (answer.status !== 200) {
            const error = decodeError(answer.message);
            must(error !== null, 'a refusal has a code', { ...sent, message: answer.message });
            const { code, operands } = error;
            must(ERROR_KINDS[code] !== 'internal', 'nothing breaks inside', { ...sent, code, operands });
            must(answer.writes.length === 0 && answer.event === null, 'a refusal leaves nothing behind', sent);
            return { end: 'refused', code, operands };
        }
        if (answer.writes.length === 0) {
            return { end: 'nothing', code: null, operands: {} };
        }
        this.#book(sent, answer);
        must(this.ledger.commit(answer) === 'VALID', 'what is committed at once is valid', sent);
        this.sent.push(sent);
        return { end: 'done', code: null, operands: {} };
    }

    /** Every posting has its counterpart, and nothing but what may owe falls below zero. */
    #book(sent: Sent, { writes }: Endorsement): void {
        const moved = new Map<string, bigint>();
        for (const { chaincode, key, value } of writes) {
            for (const [account, nano] of this.#keep(chaincode, key, value)) {
                moved.set(account, (moved.get(account) ?? 0n) + nano);
            }
        }
        must(sum([...moved.values()]) === 0n, 'every posting has its counterpart', sent);
        for (const account of moved.keys()) {
            const mayOwe = /^(cover|system)\//.test(account);
            must(mayOwe || this.balance(account) >= 0n, 'nothing but covers falls below zero', { ...sent, account });
        }
    }

    /** Takes a record over; the money that it holds now and did not hold before. */
    #keep(chaincode: string, key: string, value: string | null): (readonly [account: string, nano: bigint])[] {
        const [type = ''] = key.split('/');
        const name = `${chaincode}/${key}`;
        const ofType = this.#records.get(`${chaincode}/${type}`) ?? new Map<string, string>();
        this.#records.set(`${chaincode}/${type}`, ofType);
        const before = ofType.get(key);
        this.#decoded.delete(name);
        if (value === null) {
            ofType.delete(key);
        } else {
            ofType.set(key, value);
        }
        if (type === 'tick') {
            this.nextSlot = Math.max(this.nextSlot, Number(key.split('/')[1]) + 1);
        }
        const changes = [
            ...(before === undefined ? [] : moneyIn(name, before)).map(([account, nano]) => [account, -nano] as const),
            ...(value === null ? [] : moneyIn(name, value)),
        ];
        for (const [account, nano] of changes) {
            this.#balances.set(account, this.balance(account) + nano);
        }
        return changes;
    }

    #decode<Value>(name: string, text: string, codec: Codec<Value>): Value {
        const known = this.#decoded.get(name) ?? codec.decode(text);
        this.#decoded.set(name, known);
        return known as Value;
    }
}
