import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the calorific value by which the gas of a slot is counted',
        example: 'commonwatt calorific show --slot 2016-07-20T09:00Z --org community',
        mode: 'read',
    }).requiredOption('--slot <slot>', 'slot: index or UTC time of its beginning');
    onRun<Readonly<{ slot: string }>>(verb, async (session, options) => {
        const slot = await session.slot(options.slot);
        const published = await (await session.market()).calorifics.show(slot);
        session.print(published, [
            `Slot ${(await session.slotNames()).one(slot)}: ${String(published.statement.calorificWhPerM3)} Wh per m3 at norm conditions`,
        ]);
    });
}
