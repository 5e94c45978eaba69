import { mspIdOf, orgNames, type OrgName } from '@commonwatt/network';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { mayWrite } from './endorsement.js';
import type { Exploration } from './exploration.js';
import type { Step } from './scene.js';
import type { View } from './view.js';

/** Whose help there is no more: who signs nothing, and organisations whose peers endorse nothing. */
export type Absence = Readonly<{ name: string; silent: readonly string[]; away: OrgName | null }>;

/** Each party, the regulator, each organisation with everybody in it, and everybody who has a will at all. */
export function absencesOf({ scene }: View): Absence[] {
    const members = (org: OrgName): string[] => [
        ...scene.partyIds.filter((partyId) => scene.market.who(partyId).mspId === mspIdOf(org)),
        ...(org === 'regulator' || org === 'operator' ? [org] : []),
    ];
    return [
        ...scene.partyIds.map((partyId): Absence => ({ name: `${partyId} is silent`, silent: [partyId], away: null })),
        { name: 'the regulator says no more', silent: ['regulator'], away: null },
        ...orgNames.map((org): Absence => ({
            name: `the organisation ${org} is gone`,
            silent: members(org),
            away: org,
        })),
        {
            name: 'nobody signs anything any more',
            silent: [...scene.partyIds, 'regulator', 'operator'],
            away: null,
        },
    ];
}

/**
 * States from which the escrow cannot come free without those who are absent: walks the steps that are still possible
 * backwards from the states in which an agreement is final and holds nothing.
 */
export function stuckWithout(view: View, exploration: Exploration, { silent, away }: Absence): number[] {
    const { world } = view.scene;
    const { states, from, to, by } = exploration;
    const present = orgNames.filter((org) => org !== away);
    const possible = (step: number): boolean => {
        const [before, after] = [states[from[step] ?? 0] ?? '', states[to[step] ?? 0] ?? ''];
        const { needs } = by[step]?.command as Step;
        return (
            !needs.some((who) => silent.includes(who)) &&
            (away === null || world.changed(before, after).every((cell) => mayWrite(present, world, before, cell)))
        );
    };
    const into = stepsInto(exploration);
    const isFree = states.map((state) => {
        const execution = view.executionIn(state);
        return execution === null || (FINAL_STATES.includes(execution.state) && view.escrowNano(state) === 0n);
    });
    const queue = isFree.flatMap((free, index) => (free ? [index] : []));
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
        for (let step = into.first[at] ?? -1; step >= 0; step = into.next[step] ?? -1) {
            const before = from[step] ?? 0;
            if (isFree[before] !== true && possible(step)) {
                isFree[before] = true;
                queue.push(before);
            }
        }
    }
    return isFree.flatMap((free, index) => (free ? [] : [index]));
}

/** Steps by the state they lead to, as linked lists in two columns. */
function stepsInto({ states, to }: Exploration): { first: Int32Array; next: Int32Array } {
    const first = new Int32Array(states.length).fill(-1);
    const next = new Int32Array(to.length).fill(-1);
    to.forEach((state, step) => {
        next[step] = first[state] ?? -1;
        first[state] = step;
    });
    return { first, next };
}
