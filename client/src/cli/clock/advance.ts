import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerAdvance(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'advance',
        summary: "begin slots: virtual time is told by the platform's seat, due slots of a real clock by anyone",
        example: 'commonwatt clock advance --from 1632912 --to 1632916 --org operator --as platform-1',
        mode: 'submit',
    })
        .requiredOption('--to <slot>', 'last slot that begins: index or UTC time')
        .option('--from <slot>', 'first slot that begins (default: the next one)');
    onRun<{ from?: string; to: string }>(verb, async (session, options) => {
        const market = await session.market();
        const toSlot = await session.slot(options.to);
        const fromSlot =
            options.from === undefined
                ? await market.clock.nextToBegin((await market.charter.show()).firstSlot, toSlot)
                : await session.slot(options.from);
        const done = await market.clock.advance({ fromSlot, toSlot });
        session.printCommitted(done, `Slots up to ${(await session.slotNames()).one(toSlot)} have begun`);
    });
}
