import type { Answer, Command, Decisions } from './decisions.js';
import { START, type State, type World } from './world.js';

/** A change from one state to another: whose command, or which write by organisations that run other code. */
export type Move = Readonly<{ name: string; command: Command | null }>;

/** What somebody could write into a state without any contract's consent. */
export type Forgeries = (state: State) => readonly Readonly<{ move: Move; to: State }>[];
const NONE: Forgeries = () => [];

/** Every state that can be reached, and every step between two of them. */
export class Exploration {
    readonly states: State[] = [];
    /** Steps, as three columns: from which state, to which, by which move. */
    readonly from: number[] = [];
    readonly to: number[] = [];
    readonly by: Move[] = [];
    /** Codes of refusals that were met, with a shortest way to each. */
    readonly refusals = new Map<string, Readonly<{ at: number; move: Move }>>();
    /** Steps that lead to a state for the first time, hence by a shortest way; -1 for the first state. */
    readonly #first: number[] = [];
    readonly #depths: number[] = [];
    readonly #indices = new Map<State, number>();

    private constructor(start: State) {
        this.#reach(start, -1);
    }

    /** Breadth first: the way by which a state is found is a shortest one. @throws Error beyond `statesMax` */
    static async of(
        world: World,
        decisions: Decisions,
        commands: readonly Command[],
        { statesMax, forgeries = NONE }: Readonly<{ statesMax: number; forgeries?: Forgeries }>,
    ): Promise<Exploration> {
        const exploration = new Exploration(START);
        const moves = commands.map((command) => ({ name: command.name, command }));
        for (let index = 0; index < exploration.states.length; index += 1) {
            const state = exploration.states[index] ?? START;
            for (const move of moves) {
                const known = decisions.known(move.command, state);
                const answer = known ?? (await decisions.answer(move.command, state));
                exploration.#follow(index, world, move, answer);
            }
            for (const { move, to } of forgeries(state)) {
                exploration.#step(index, to, move);
            }
            if (exploration.states.length > statesMax) {
                throw new Error(`more than ${statesMax} states: choose fewer things that can happen`);
            }
        }
        return exploration;
    }

    get depth(): number {
        return this.#depths.at(-1) ?? 0;
    }

    /** A shortest way to a state, told line by line. */
    way(index: number): string[] {
        const moves: string[] = [];
        for (let at = index; ;) {
            const step = this.#first[at] ?? -1;
            if (step < 0) {
                return moves.reverse().map((name, position) => `${String(position + 1).padStart(3)}. ${name}`);
            }
            moves.push(this.by[step]?.name ?? '');
            at = this.from[step] ?? 0;
        }
    }

    #follow(index: number, world: World, move: Move, { refusal, writes }: Answer): void {
        if (refusal !== null) {
            this.refusals.set(refusal, this.refusals.get(refusal) ?? { at: index, move });
        } else if (writes.length > 0) {
            this.#step(index, world.after(this.states[index] ?? START, writes), move);
        }
    }

    #step(from: number, state: State, move: Move): void {
        const step = this.by.push(move) - 1;
        this.from.push(from);
        this.to.push(this.#indices.get(state) ?? this.#reach(state, step));
    }

    #reach(state: State, step: number): number {
        const index = this.states.push(state) - 1;
        this.#indices.set(state, index);
        this.#first.push(step);
        this.#depths.push(step < 0 ? 0 : (this.#depths[this.from[step] ?? 0] ?? 0) + 1);
        return index;
    }
}
