import { LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import { SEAT_KINDS } from '@commonwatt/chaincode/domain/seat';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { DISPUTE, FACT_REVIEW, FORCE_MAJEURE, PROPOSAL, RULES, SETTLEMENT } from '@commonwatt/chaincode/store/keys';
import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import { FAVOUR, HASTE, stormAt } from './officers.js';
import type { Held, StateProperty, StepProperty, Taken } from './properties.js';
import type { View } from './view.js';
import type { State } from './world.js';

const SEATED: readonly string[] = SEAT_KINDS;
/** Verbs of which the holder of a seat decides, and nobody else. */
const OFFICERS_VERBS = new Set(
    LIFECYCLE.filter(({ role }) => SEATED.includes(role)).map(({ noun, verb }) => `${noun}:${verb}`),
);
const RUNS = [0, 1];

function settlementsIn({ scene: { world, terms } }: View, state: State): Settlement[] {
    const slots = Array.from({ length: terms.slotCount }, (_, offset) => terms.firstSlot + offset);
    return slots.flatMap((slot) =>
        RUNS.flatMap((run) => world.get(state, 'exchange', SETTLEMENT, 'electricity', slot, run) ?? []),
    );
}

/** What officers promise nobody, and the ledger does: no word of one of them is enough. */
export const OFFICER_STATE_PROPERTIES: readonly StateProperty[] = [
    {
        name: 'no default is waived on an officer’s word alone',
        holds: (view: View, state: State): Held => {
            const { world, terms } = view.scene;
            const storm = stormAt({ terms });
            const isDeclared = world.get(state, 'exchange', FORCE_MAJEURE, storm.declarationId) !== null;
            const short = settlementsIn(view, state).flatMap(({ run, legs }) =>
                // Where the buyer took all, the whole shortage is the seller's.
                run === 0 ? legs.filter(({ shortWh, untakenWh }) => shortWh > 0n && untakenWh === 0n) : [],
            );
            if (!isDeclared || short.length === 0 || view.haltsIn(state).length > 0) {
                return null;
            }
            const review = world.get(state, 'supervision', FACT_REVIEW, 'forceMajeure', forceMajeureHashOf(storm));
            return review !== null || short.every(({ defaults }) => defaults.length > 0);
        },
    },
    {
        name: 'no reading is replaced on an officer’s word alone',
        holds: (view: View, state: State): Held => {
            const { pointId, slot, raisedBy } = FAVOUR;
            const dispute = view.scene.world.get(state, 'exchange', DISPUTE, pointId, slot, raisedBy);
            const settlements = settlementsIn(view, state);
            return (dispute?.decision ?? null) === null || settlements.length === 0
                ? null
                : settlements.every(({ points }) => points.every(({ quality }) => quality !== 'replaced'));
        },
    },
    {
        name: 'rules stay as they are while one voter alone wants others',
        holds: ({ scene: { world } }: View, state: State): Held =>
            world.get(state, 'exchange', PROPOSAL, proposalIdOf(HASTE)) &&
            world.get(state, 'exchange', RULES)?.rules.version === 1,
    },
];

export const OFFICER_STEP_PROPERTIES: readonly StepProperty[] = [
    {
        name: 'no officer alone changes an agreement or moves what it holds',
        holds: ({ view, from, to, verb }: Taken): Held =>
            OFFICERS_VERBS.has(verb) && view.executionIn(from) !== null
                ? view.executionIn(from) === view.executionIn(to) && view.agreementIn(from) === view.agreementIn(to)
                : null,
    },
];
