import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the agreements and their states',
        example: 'commonwatt agreement list --party bld-12 --org community',
        mode: 'read',
    }).option('--party <id>', 'only those of one participant');
    onRun<{ party?: string }>(verb, async (session, { party }) => {
        const { agreements } = await session.market();
        const executions = party === undefined ? await agreements.list() : await agreements.listOf(party);
        const slots = await session.slotNames();
        session.print(
            executions,
            table([
                ['AGREEMENT', 'VERSION', 'STATE', 'UNTIL SLOT', 'FUNDED BY'],
                ...executions.map(({ agreementId, version, state, endSlot, holdings }) => [
                    agreementId,
                    String(version),
                    state,
                    slots.one(endSlot),
                    holdings.map((holding) => holding.participantId).join(' '),
                ]),
            ]),
        );
    });
}
