import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list what the regulator says of stated facts, and from when on notices count',
        example: 'commonwatt fact list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const reviews = await (await session.market()).facts.list();
        const slots = await session.slotNames();
        session.print(
            reviews,
            table([
                ['KIND', 'SUBJECT', 'FACT', 'FINDING', 'FROM SLOT', 'REASON'],
                ...reviews.map(({ statement }) => [
                    statement.kind,
                    statement.subjectId,
                    statement.factHash.slice(0, 16),
                    statement.finding,
                    statement.fromSlot === null ? '' : slots.one(statement.fromSlot),
                    statement.reasonCode,
                ]),
            ]),
        );
    });
}
