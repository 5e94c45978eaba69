import { type Choice, CHOICES } from '@commonwatt/chaincode/domain/proposal';
import { Argument, type Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerVote(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'vote',
        summary: 'vote on a proposal, as a voter; a vote is cast once',
        example: 'commonwatt proposal vote 3f0c…e1 yes --org community --as voter-2',
        mode: 'submit',
    })
        .argument('<proposal>', 'id of the proposal')
        .addArgument(new Argument('<choice>', 'what you say').choices(CHOICES));
    onRun(verb, async (session, _, [proposalId = '', choice = '']) => {
        const done = await (await session.market()).proposals.vote(proposalId, choice as Choice);
        session.printCommitted(done, `Voted ${choice}`);
    });
}
