import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the agreements and their states',
        example: 'commonwatt agreement list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const executions = await (await session.market()).agreements.list();
        session.print(
            executions,
            table([
                ['AGREEMENT', 'STATE', 'UNTIL SLOT', 'FUNDED BY'],
                ...executions.map(({ agreementId, state, endSlot, holdings }) => [
                    agreementId,
                    state,
                    String(endSlot),
                    holdings.map((holding) => holding.participantId).join(' '),
                ]),
            ]),
        );
    });
}
