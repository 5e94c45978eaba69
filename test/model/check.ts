import { HALT, HALT_PERIOD } from '@commonwatt/chaincode/store/keys';
import type { Command, Decisions } from './decisions.js';
import type { Exploration } from './exploration.js';
import { absencesOf, stuckWithout } from './liveness.js';
import { OFFICER_STATE_PROPERTIES, OFFICER_STEP_PROPERTIES } from './officer-properties.js';
import { type Held, STATE_PROPERTIES, STEP_PROPERTIES } from './properties.js';
import { View } from './view.js';
import type { Scene } from './scene.js';
import type { State } from './world.js';

/** What became of a promise: on how many occasions it had something to say, and a shortest way to where it is broken. */
export type Finding = Readonly<{ name: string; occasions: number; breach: readonly string[] | null }>;

/** Counts occasions and keeps the first breach: states and steps come in the order in which they were reached. */
class Tally {
    readonly #occasions = new Map<string, number>();
    readonly #breaches = new Map<string, readonly string[]>();

    note(name: string, held: Held, way: () => readonly string[]): void {
        this.#occasions.set(name, (this.#occasions.get(name) ?? 0) + (held === null ? 0 : 1));
        if (held === false && !this.#breaches.has(name)) {
            this.#breaches.set(name, way());
        }
    }

    findings(): Finding[] {
        return [...this.#occasions].map(([name, occasions]) => ({
            name,
            occasions,
            breach: this.#breaches.get(name) ?? null,
        }));
    }
}

/** Judges everything that was reached. */
export async function check(scene: Scene, exploration: Exploration, decisions: Decisions): Promise<Finding[]> {
    const view = new View(scene);
    const tally = new Tally();
    const { states, from, to, by } = exploration;
    states.forEach((state, index) => {
        for (const { name, holds } of [...STATE_PROPERTIES, ...OFFICER_STATE_PROPERTIES]) {
            tally.note(name, holds(view, state), () => exploration.way(index));
        }
    });
    by.forEach(({ name: move, command }, step) => {
        const [before, after] = [from[step] ?? 0, to[step] ?? 0];
        const way = (): string[] => told(exploration, before, move);
        const taken = { view, from: states[before] ?? '', to: states[after] ?? '', verb: command?.verb ?? '' };
        for (const { name, holds } of [...STEP_PROPERTIES, ...OFFICER_STEP_PROPERTIES]) {
            tally.note(name, holds(taken), way);
        }
    });
    noteRepetitions(exploration, tally);
    await noteHalts(view, exploration, decisions, tally);
    for (const [code, { at, move }] of exploration.refusals) {
        const isForeseen = code !== 'INVARIANT_BROKEN' && code !== 'LEDGER_CALL_FAILED';
        tally.note('no contract runs into its own assertion', isForeseen, () => told(exploration, at, move.name));
    }
    for (const absence of absencesOf(view)) {
        const stuck = new Set(stuckWithout(view, exploration, absence));
        states.forEach((state, index) => {
            const held = view.executionIn(state) === null ? null : !stuck.has(index);
            tally.note(`escrow comes free though ${absence.name}`, held, () => exploration.way(index));
        });
    }
    return tally.findings();
}

/** A shortest way to a state, and what happens there. */
const told = (exploration: Exploration, at: number, move: string): string[] => [...exploration.way(at), `     ${move}`];

/** A command that has changed something changes nothing when it is sent once more. */
function noteRepetitions(exploration: Exploration, tally: Tally): void {
    const { from, to, by } = exploration;
    const takenFrom = new Map<number, Set<Command>>();
    from.forEach((state, step) => {
        const command = by[step]?.command ?? null;
        if (command !== null) {
            takenFrom.set(state, (takenFrom.get(state) ?? new Set<Command>()).add(command));
        }
    });
    to.forEach((state, step) => {
        const { command = null, name = '' } = by[step] ?? {};
        const again = command !== null && takenFrom.get(state)?.has(command) === true;
        tally.note('the same command again changes nothing', !again, () => told(exploration, state, name));
    });
}

/** What a halt must not hold up. */
const UNHALTED_VERBS = [
    'settlement:run',
    'settlement:reconcile',
    'agreement:release',
    'agreement:cancel',
    'agreement:lapse',
];

/** Compares each state under a halt with the one that differs by the halt alone: what is possible there is possible here. */
async function noteHalts(view: View, exploration: Exploration, decisions: Decisions, tally: Tally): Promise<void> {
    const unhalted = view.scene.steps.filter(({ verb }) => UNHALTED_VERBS.includes(verb));
    for (const [index, state] of exploration.states.entries()) {
        if (view.haltsIn(state).length === 0) {
            continue;
        }
        const without = withoutHalts(view, state);
        for (const step of unhalted) {
            const allowed = (await decisions.answer(step, without)).refusal === null;
            const still = allowed ? (await decisions.answer(step, state)).refusal === null : null;
            tally.note('a halt holds up neither settlement nor the release of escrow', still, () =>
                told(exploration, index, step.name),
            );
        }
    }
}

function withoutHalts({ scene: { world } }: View, state: State): State {
    const halts = world.changing.filter(({ key }) =>
        [HALT, HALT_PERIOD].some(({ name }) => key.startsWith(`${name}/`)),
    );
    return world.after(
        state,
        halts.map((cell) => ({ cell, content: { text: null, policy: null } })),
    );
}
