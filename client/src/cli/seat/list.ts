import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the officers',
        example: 'commonwatt seat list --org regulator',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const seats = await (await session.market()).seats.list();
        session.print(
            seats,
            table([
                ['SEAT', 'MSP', 'SUBJECT HASH', 'STATUS'],
                ...seats.map(({ kind, mspId, subjectHash, status }) => [kind, mspId, subjectHash, status]),
            ]),
        );
    });
}
