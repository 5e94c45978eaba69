import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the proposals',
        example: 'commonwatt proposal list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const proposals = await (await session.market()).proposals.list();
        const slots = await session.slotNames();
        session.print(
            proposals,
            table([
                ['PROPOSAL', 'VERSION', 'STATE', 'VOTE UNTIL SLOT', 'IN FORCE FROM SLOT'],
                ...proposals.map(({ proposalId, state, statement }) => [
                    proposalId,
                    String(statement.rules.version),
                    state,
                    slots.one(statement.voteUntilSlot),
                    slots.one(statement.fromSlot),
                ]),
            ]),
        );
    });
}
