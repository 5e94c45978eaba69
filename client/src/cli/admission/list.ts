import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the agreements for which capacity is set aside',
        example: 'commonwatt admission list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const admissions = await (await session.market()).admissions.list();
        session.print(
            admissions,
            table([
                ['AGREEMENT', 'AMENDMENT', 'POINTS'],
                ...admissions.map(({ agreementId, amendmentVersion, loads }) => [
                    agreementId,
                    amendmentVersion === null ? '-' : String(amendmentVersion),
                    loads.map(({ pointId }) => pointId).join(', '),
                ]),
            ]),
        );
    });
}
