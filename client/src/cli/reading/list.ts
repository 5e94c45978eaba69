import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the readings of a metering point',
        example: 'commonwatt reading list mp-bld-12 --org community',
        mode: 'read',
    }).argument('<point>', 'id of the metering point');
    onRun(verb, async (session, _, [pointId = '']) => {
        const readings = await (await session.market()).readings.list(pointId);
        const slots = await session.slotNames();
        session.print(
            readings,
            table([
                ['SLOT', 'METER', 'SEQUENCE', 'IMPORT WH', 'EXPORT WH', 'COUNTED IMPORT', 'COUNTED EXPORT'],
                ...readings.map(({ reading, counted }) => [
                    slots.one(reading.slot),
                    reading.meterId,
                    String(reading.sequence),
                    String(reading.importWh),
                    String(reading.exportWh),
                    String(counted.importWh),
                    String(counted.exportWh),
                ]),
            ]),
        );
    });
}
