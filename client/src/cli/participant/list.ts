import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the participants of the market',
        example: 'commonwatt participant list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const participants = await (await session.market()).participants.list();
        session.print(
            participants,
            table([
                ['PARTICIPANT', 'KIND', 'SECTOR', 'MSP'],
                ...participants.map(({ participantId, kind, sector, mspId }) => [
                    participantId,
                    kind,
                    sector ?? '-',
                    mspId,
                ]),
            ]),
        );
    });
}
