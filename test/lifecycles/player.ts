import { ERROR_KINDS } from '@commonwatt/chaincode/domain/errors';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import type { ExchangeVerb, SupervisionVerb } from '@commonwatt/chaincode/wire/verbs';
import type { Endorsement, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import * as commands from '../support/market-commands.js';
import type { SigningKey } from '../support/signing-key.js';
import type { Identity } from '../support/stub-identity.js';
import type { Tally } from './tally.js';
import { must } from './broken.js';
import { Watch } from './watch.js';
import type { World } from './world.js';

export type Sent = Readonly<{ name: string; chaincode: 'exchange' | 'supervision'; verb: string; command: string }>;
export type Answer = Readonly<{ changed: boolean; code: string | null; operands: Readonly<Record<string, unknown>> }>;

/** One lifecycle's market: every command goes through here, under the eyes of the watch. */
export class Player {
    readonly world: World;
    readonly ledger: LedgerDouble;
    readonly watch: Watch;
    readonly tally: Tally;
    /** Keys that replaced those that people began with. */
    readonly #keys = new Map<string, SigningKey>();
    /** The last mandate that each principal gave. */
    readonly mandates = new Map<string, MandateStatement>();
    /** Commands that changed something, in their order. */
    readonly sent: Sent[] = [];

    constructor(world: World, tally: Tally) {
        this.world = world;
        this.ledger = world.ledger.copy();
        this.tally = tally;
        this.watch = new Watch(this.ledger, tally);
    }

    who(name: string): Identity {
        const person = this.world.people.get(name);
        must(person !== undefined, 'everybody is enrolled', { name });
        const key = this.#keys.get(name);
        return key === undefined ? person : { ...person, key };
    }

    rotated(name: string, key: SigningKey): void {
        this.#keys.set(name, key);
    }

    /** Who signs for a party: itself, or its agent. */
    signerOf(participantId: string, byAgents: boolean): commands.Signer {
        const mandate = this.mandates.get(participantId);
        return byAgents && mandate !== undefined
            ? commands.agentOf(this.who(mandate.agentId), mandate)
            : this.who(participantId);
    }

    exchange(name: string, verb: ExchangeVerb, command: string): Promise<Answer> {
        return this.submit({ name, chaincode: 'exchange', verb, command });
    }

    supervision(name: string, verb: SupervisionVerb, command: string): Promise<Answer> {
        return this.submit({ name, chaincode: 'supervision', verb, command });
    }

    /** Sends what may be refused, but not by a broken invariant, and not half. */
    async submit(sent: Sent): Promise<Answer> {
        const answer = await this.#endorse(sent);
        if (answer.status !== 200) {
            return this.#refused(sent, answer);
        }
        const changed = answer.writes.length > 0;
        must(changed || answer.event === null, 'what changes nothing tells of nothing', sent);
        if (changed) {
            must(answer.event !== null, 'what changes something tells of it', sent);
            this.watch.commits(sent.verb, answer);
            must(this.ledger.commit(answer) === 'VALID', 'a transaction that is committed at once is valid', sent);
            this.sent.push(sent);
        }
        this.tally.done(sent.verb, changed);
        return { changed, code: null, operands: {} };
    }

    /** Sends what nobody may be able to do. */
    async attempt(what: string, sent: Sent): Promise<void> {
        const answer = await this.#endorse(sent);
        this.tally.saw(`${what} ${answer.status === 200 ? 'without effect' : 'refused'}`);
        must(answer.writes.length === 0 && answer.event === null, `${what} changes nothing`, sent);
    }

    async #endorse({ name, chaincode, verb, command }: Sent): Promise<Endorsement> {
        this.tally.transactions += 1;
        return this.ledger.endorse({ chaincode, args: [verb, command], creator: this.who(name).creator });
    }

    #refused(sent: Sent, answer: Endorsement): Answer {
        const error = decodeError(answer.message);
        must(error !== null, 'a refusal has a code', { ...sent, message: answer.message });
        const { code, operands } = error;
        must(ERROR_KINDS[code] !== 'internal', 'nothing breaks inside', { ...sent, code, operands });
        must(answer.writes.length === 0 && answer.event === null, 'a refusal leaves nothing behind', sent);
        this.tally.refused(sent.verb, code);
        return { changed: false, code, operands };
    }
}
