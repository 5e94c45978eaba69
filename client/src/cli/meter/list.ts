import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the metering points',
        example: 'commonwatt meter list --org operator',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const points = await (await session.market()).meters.list();
        const slots = await session.slotNames();
        session.print(
            points,
            table([
                ['POINT', 'PARTICIPANT', 'CARRIER', 'CONNECTION', 'FROM SLOT', 'METER'],
                ...points.map((point) => [
                    point.pointId,
                    point.participantId,
                    point.carrier,
                    point.connectionPoint,
                    slots.one(point.fromSlot),
                    point.meter?.meterId ?? 'scheduled',
                ]),
            ]),
        );
    });
}
