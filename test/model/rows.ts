import type { Transition } from '@commonwatt/chaincode/domain/lifecycle';
import type { Command } from './decisions.js';
import type { Explored } from './explore.js';
import { View } from './view.js';

/** A row of the lifecycle by what tells it apart. */
export const titleOf = ({ chaincode, noun, verb, from }: Transition): string =>
    `${chaincode} ${noun} ${verb} from ${from.map((state) => state ?? 'nothing').join('/')}`;

const BEFORE = 'done before the first state: it is what a trade begins with';
const NEGOTIATION = 'binds nobody: conclude asks for the same signatures whether there was an offer or not';
const DUTIES = 'a condition of conclude and fund that refuses or not, and moves no escrow';
const DISPUTES = 'replaces a reading, which another reading stands for here; a confirmed one is settled like any other';
const OUTSIDE_MONEY = 'moves money that is free or cover, never escrow';
const RULES = 'changes what is allowed and charged from a slot on; `test/contract/proposal.spec.ts` plays it';
const OFFICERS = 'who acts for an organisation changes; `test/contract/seat.spec.ts` plays it';
const PERSONS = 'who signs for a party changes, not what signatures do; `test/property/mandate.spec.ts` draws these';

/** Rows that the model leaves out, with the reason. */
export const OUTSIDE: ReadonlyMap<string, string> = new Map([
    ['both charter establish from nothing/established', BEFORE],
    ['both charter confirm from established', BEFORE],
    ['supervision seat grant from nothing', BEFORE],
    ['supervision seat revoke from granted', OFFICERS],
    ['exchange participant apply from nothing', BEFORE],
    ['supervision qualification grant from nothing/granted/suspended', BEFORE],
    ['exchange meter register from nothing', BEFORE],
    ['exchange account deposit from nothing', BEFORE],
    ['supervision qualification revoke from granted/suspended', DUTIES],
    ['exchange connection transfer from set', DUTIES],
    ['exchange admission run from nothing/admitted', DUTIES],
    ['supervision standard publish from nothing', DUTIES],
    ['supervision conformity certify from nothing/certified/withdrawn', DUTIES],
    ['supervision conformity withdraw from certified', DUTIES],
    ['exchange screening admit from nothing', DUTIES],
    ['exchange participant leave from applied', DUTIES],
    ['exchange participant wind-up from leaving', OUTSIDE_MONEY],
    ['exchange participant rotate-key from applied', PERSONS],
    ['exchange participant permit-key from nothing/permitted/refused', PERSONS],
    ['exchange participant refuse-key from permitted', PERSONS],
    ['exchange mandate grant from nothing', PERSONS],
    ['exchange mandate revoke from granted', PERSONS],
    ['exchange source register from nothing', DISPUTES],
    ['exchange source renew from registered/revoked', PERSONS],
    ['exchange statement submit from nothing', DISPUTES],
    ['exchange meter exchange from registered', DISPUTES],
    ['exchange calorific publish from nothing', DISPUTES],
    ['supervision dispute confirm from nothing', DISPUTES],
    ['supervision dispute reject from nothing', DISPUTES],
    ['supervision fact reject from nothing/confirmed', 'binds nobody: what is rejected does not count'],
    ['exchange dispute close from decided', DISPUTES],
    ['exchange account cover from nothing/covered', OUTSIDE_MONEY],
    ['exchange account fund-subsidy from nothing', OUTSIDE_MONEY],
    ['exchange account fill-lanes from nothing', OUTSIDE_MONEY],
    ['exchange account draw-cover from covered', OUTSIDE_MONEY],
    ['exchange account request-payout from nothing', OUTSIDE_MONEY],
    ['exchange account confirm-payout from requested', OUTSIDE_MONEY],
    ['exchange account return-payout from requested', OUTSIDE_MONEY],
    ['exchange proposal enact from open', RULES],
    ['exchange offer make from nothing', NEGOTIATION],
    ['exchange offer counter from pending', NEGOTIATION],
    ['exchange offer accept from pending', NEGOTIATION],
    ['exchange offer withdraw from pending', NEGOTIATION],
    ['exchange offer expire from pending', NEGOTIATION],
]);

/** Rows that some step took. An agreement's rows are told by its state, all others by their verb. */
export function rowsTaken({ scene, exploration }: Explored, table: readonly Transition[]): Set<string> {
    const view = new View(scene);
    const stateAt = (index = 0): string | null => view.executionIn(exploration.states[index] ?? '')?.state ?? null;
    const taken = new Set<string>();
    exploration.by.forEach(({ command }, step) => {
        if (command !== null) {
            const moved = { command, from: stateAt(exploration.from[step]), to: stateAt(exploration.to[step]) };
            table.filter((row) => takes(moved, row)).forEach((row) => taken.add(titleOf(row)));
        }
    });
    return taken;
}

type Moved = Readonly<{ command: Command; from: string | null; to: string | null }>;

function takes({ command, from, to }: Moved, row: Transition): boolean {
    if (row.noun === 'agreement' && row.verb === 'close') {
        return from !== to && row.to.includes(to) && to !== 'lapsed';
    }
    const isVerb = row.chaincode === command.chaincode && `${row.noun}:${row.verb}` === command.verb;
    return isVerb && (row.noun !== 'agreement' || row.from.includes(from));
}
