import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the declarations of force majeure, with the hash that the regulator confirms each by',
        example: 'commonwatt force-majeure list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const listed = await (await session.market()).forceMajeure.list();
        const declared = listed.map((each) => ({ ...each, factHash: forceMajeureHashOf(each.statement) }));
        const slots = await session.slotNames();
        session.print(
            declared,
            table([
                ['ID', 'CARRIER', 'POINTS', 'SLOTS', 'REASON', 'EVIDENCE', 'FACT'],
                ...declared.map(({ statement, factHash }) => [
                    statement.declarationId,
                    statement.carrier,
                    statement.pointIds.join(','),
                    slots.range(statement.fromSlot, statement.untilSlot - 1),
                    statement.reasonCode,
                    statement.evidenceHash.slice(0, 16),
                    factHash,
                ]),
            ]),
        );
    });
}
