import { isSatisfied } from '@commonwatt/chaincode/ledger-double';
import { mspIdOf } from '@commonwatt/network';
import { CHAINCODE_POLICIES } from '../support/chaincode-policies.js';
import type { Coalition } from '../support/coalitions.js';
import type { Cell, State, World } from './world.js';

/** Answers given before: the model asks the same ones in every state. */
const answers = new Map<string, boolean>();

/**
 * Whether these organisations, and nobody else, can change this key: by its own policy, or for a first write, and for keys
 * that have none, by the chaincode's.
 */
export function mayWrite(coalition: Coalition, world: World, state: State, cell: Cell): boolean {
    const { policy } = world.contentAt(state, cell);
    const name = `${policy ?? cell.chaincode} ${coalition.join()}`;
    const known = answers.get(name);
    if (known !== undefined) {
        return known;
    }
    const judge = policy === null ? CHAINCODE_POLICIES[cell.chaincode] : Buffer.from(policy, 'hex');
    const answer = judge !== undefined && isSatisfied(judge, coalition.map(mspIdOf));
    answers.set(name, answer);
    return answer;
}
