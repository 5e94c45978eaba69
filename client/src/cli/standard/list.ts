import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the standards',
        example: 'commonwatt standard list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const standards = await (await session.market()).standards.list();
        const slots = await session.slotNames();
        const rows = standards.map(({ statement }) => [
            statement.standardId,
            statement.carrier,
            slots.one(statement.fromSlot),
            statement.textHash,
        ]);
        session.print(standards, table([['STANDARD', 'CARRIER', 'FROM SLOT', 'TEXT'], ...rows]));
    });
}
