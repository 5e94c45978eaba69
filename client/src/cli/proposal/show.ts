import { wordOf } from '@commonwatt/chaincode/domain/proposal';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show a proposal and how the organizations voted',
        example: 'commonwatt proposal show 3f0c…e1 --org community',
        mode: 'read',
    }).argument('<proposal>', 'id of the proposal');
    onRun(verb, async (session, _, [proposalId = '']) => {
        const view = await (await session.market()).proposals.show(proposalId);
        const { state, statement } = view.proposal;
        const { rules, fromSlot, voteUntilSlot, isEmergency } = statement;
        const slots = await session.slotNames();
        session.print(view, [
            `Rules version ${String(rules.version)}, ${state}${isEmergency ? ', an emergency' : ''}`,
            `  the vote ends when slot ${slots.one(voteUntilSlot)} begins`,
            `  in force from slot ${slots.one(fromSlot)}`,
            ...view.ballots.map(
                (ballot) => `  ${ballot.mspId}: ${wordOf(ballot)}, by ${String(ballot.votes.length)} votes`,
            ),
        ]);
    });
}
