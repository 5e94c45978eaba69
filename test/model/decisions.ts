import { type Creator, Simulation, StubOfCall } from '@commonwatt/chaincode/ledger-double';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';
import { type Cell, type Content, isBetween, type State, type World } from './world.js';

/** A proposal that somebody may send whenever they like. */
export type Command = Readonly<{
    name: string;
    chaincode: 'exchange' | 'supervision';
    verb: string;
    command: string;
    creator: Creator;
}>;

/** What the endorsers say of a proposal: the code of the refusal, or what it would write; often nothing. */
export type Answer = Readonly<{
    refusal: string | null;
    writes: readonly Readonly<{ cell: Cell; content: Content }>[];
}>;

/** What a chaincode asks of the state, in the order in which it asks. */
type Question =
    | Readonly<{ kind: 'key'; name: string; cell: Cell }>
    | Readonly<{ kind: 'range'; name: string; chaincode: string; start: string; end: string }>;
/** What the chaincode did after the same answers: it asked another question, or it had decided. */
type Node = { question: Question; next: Map<number | string, Node> } | Answer;

/** Time of every transaction: slots begin by ticks, so that it decides nothing. */
const TIME_MS = Date.UTC(2026, 0, 1);

/**
 * The contracts of the product as a function of the state. A chaincode is deterministic: what it does depends on the
 * command and on what it reads, in the order in which it reads. So it is run once for each command and each sequence of
 * things read, and what it did is known wherever the same is read again.
 */
export class Decisions {
    readonly #world: World;
    readonly #chaincodes: Readonly<Record<string, ChaincodeInterface>>;
    readonly #roots = new Map<Command, Node>();
    #cellsIn = new Map<string, readonly Cell[]>();
    #changing = 0;
    #transactions = 0;

    /** @param chaincodes as `chaincodesAt` makes them */
    constructor(world: World, chaincodes: Readonly<Record<string, ChaincodeInterface>>) {
        this.#world = world;
        this.#chaincodes = chaincodes;
    }

    static readonly timeMs = (): number => TIME_MS;

    /** How often a contract has been run. */
    get runs(): number {
        return this.#transactions;
    }

    /** What is known already of a command in a state. */
    known(command: Command, state: State): Answer | undefined {
        let node = this.#roots.get(command);
        while (node !== undefined && 'question' in node) {
            node = node.next.get(this.#reply(node.question, state));
        }
        return node;
    }

    async answer(command: Command, state: State): Promise<Answer> {
        return this.known(command, state) ?? (await this.#run(command, state));
    }

    #reply(question: Question, state: State): number | string {
        if (question.kind === 'key') {
            return this.#world.numberAt(state, question.cell);
        }
        let reply = '';
        for (const cell of this.#within(question)) {
            const number = this.#world.numberAt(state, cell);
            reply += number === 0 ? '' : `${cell.place}:${number},`;
        }
        return reply;
    }

    /** Keys of a range that something changes. */
    #within({ name, chaincode, start, end }: Question & { kind: 'range' }): readonly Cell[] {
        const { changing } = this.#world;
        if (changing.length !== this.#changing) {
            this.#cellsIn = new Map();
            this.#changing = changing.length;
        }
        const cells =
            this.#cellsIn.get(name) ??
            changing.filter((cell) => cell.chaincode === chaincode && isBetween(cell.key, start, end));
        this.#cellsIn.set(name, cells);
        return cells;
    }

    async #run(command: Command, state: State): Promise<Answer> {
        const asked = new Map<string, Question>();
        const world = this.#world;
        this.#transactions += 1;
        const simulation = new Simulation(
            {
                channel: 'market',
                chaincode: (name) => this.#chaincode(name),
                read: (chaincode, key) => {
                    const cell = world.cell(chaincode, key);
                    const name = `${chaincode}/${key}`;
                    asked.set(name, asked.get(name) ?? { kind: 'key', name, cell });
                    const { text } = world.contentAt(state, cell);
                    return text === null ? undefined : { value: Buffer.from(text, 'utf8'), version: 0 };
                },
                range: (chaincode, start, end) => {
                    const name = `${chaincode}/${start}…${end}`;
                    asked.set(name, asked.get(name) ?? { kind: 'range', name, chaincode, start, end });
                    return world.range(state, chaincode, start, end);
                },
                policyOf: () => {
                    throw new Error('no step of a trade reads the policy of a key');
                },
                history: () => {
                    throw new Error('no step of a trade reads the history of a key');
                },
            },
            { txId: this.#transactions.toString(16).padStart(64, '0'), timeMs: TIME_MS, creator: command.creator },
        );
        const stub = new StubOfCall(simulation, command.chaincode, [command.verb, command.command]);
        const response = await this.#chaincode(command.chaincode).Invoke(stub as unknown as ChaincodeStub);
        const writes = simulation.writes().map(({ chaincode, key, value, policy }) => ({
            cell: world.cell(chaincode, key),
            content: { text: value, policy: policy && Buffer.from(policy).toString('hex') },
        }));
        const refusal = response.status === 200 ? null : codeOf(response.message ?? '');
        const answer: Answer = refusal === null ? { refusal, writes } : { refusal, writes: [] };
        this.#remember(command, state, [...asked.values()], answer);
        return answer;
    }

    #chaincode(name: string): ChaincodeInterface {
        const chaincode = this.#chaincodes[name];
        if (chaincode === undefined) {
            throw new Error(`there is no chaincode ${name}`);
        }
        return chaincode;
    }

    #remember(command: Command, state: State, questions: readonly Question[], answer: Answer): void {
        let put = (node: Node): Node => {
            const root = this.#roots.get(command) ?? node;
            this.#roots.set(command, root);
            return root;
        };
        for (const question of questions) {
            const node = put({ question, next: new Map() });
            if (!('question' in node) || node.question.name !== question.name) {
                throw new Error(`${command.name} reads ${question.name} or not after the same answers`);
            }
            const reply = this.#reply(question, state);
            put = (next) => {
                const known = node.next.get(reply) ?? next;
                node.next.set(reply, known);
                return known;
            };
        }
        put(answer);
    }
}

/** @throws Error for what no contract refuses knowingly */
function codeOf(message: string): string {
    const error = decodeError(message);
    if (error === null) {
        throw new Error(`not a coded refusal: ${message}`);
    }
    return error.code;
}
