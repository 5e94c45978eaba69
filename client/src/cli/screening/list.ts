import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list what the network operator has admitted and refused',
        example: 'commonwatt screening list --org operator',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const screenings = await (await session.market()).screenings.list();
        session.print(
            screenings,
            table([
                ['AGREEMENT', 'VERSION', 'CARRIER', 'DECISION', 'REASON'],
                ...screenings.map(({ statement }) => [
                    statement.agreementId,
                    String(statement.version),
                    statement.carrier,
                    statement.decision,
                    statement.reasonCode,
                ]),
            ]),
        );
    });
}
