import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list what a source has stated about an agreement',
        example: 'commonwatt statement list 3f0c…e1 --org supplier',
        mode: 'read',
    }).argument('<agreement>', 'id of the agreement');
    onRun(verb, async (session, _, [agreementId = '']) => {
        const statements = await (await session.market()).statements.list(agreementId);
        const slots = await session.slotNames();
        session.print(
            statements,
            table([
                ['LEG', 'SLOT', 'SOURCE', 'DELIVERED WH'],
                ...statements.map(({ statement }) => [
                    String(statement.leg),
                    slots.one(statement.slot),
                    statement.sourceId,
                    String(statement.deliveredWh),
                ]),
            ]),
        );
    });
}
