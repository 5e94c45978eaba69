import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the declarations of force majeure',
        example: 'commonwatt force-majeure list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const declared = await (await session.market()).forceMajeure.list();
        const slots = await session.slotNames();
        session.print(
            declared,
            table([
                ['ID', 'CARRIER', 'POINTS', 'SLOTS', 'REASON', 'EVIDENCE'],
                ...declared.map(({ statement }) => [
                    statement.declarationId,
                    statement.carrier,
                    statement.pointIds.join(','),
                    slots.range(statement.fromSlot, statement.untilSlot - 1),
                    statement.reasonCode,
                    statement.evidenceHash.slice(0, 16),
                ]),
            ]),
        );
    });
}
