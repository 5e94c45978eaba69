import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show one standard',
        example: 'commonwatt standard show inverter-2016 --org community',
        mode: 'read',
    }).argument('<standard>', 'id of the standard');
    onRun(verb, async (session, _, [standardId = '']) => {
        const standard = await (await session.market()).standards.show(standardId);
        const { carrier, textHash, fromSlot } = standard.statement;
        session.print(standard, [
            `${standardId}: devices of ${carrier}, from slot ${(await session.slotNames()).one(fromSlot)} on`,
            `  text ${textHash}`,
        ]);
    });
}
