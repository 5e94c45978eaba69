import type { Command } from 'commander';
import { slotTime } from '../../slot-time.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show whether a slot has begun',
        example: 'commonwatt clock show 2016-07-20T09:00Z --org operator',
        mode: 'read',
    }).argument('<slot>', 'index or UTC time of its beginning');
    onRun(verb, async (session, _, [text = '']) => {
        const market = await session.market();
        const slot = await session.slot(text);
        const time = slotTime(slot, await market.charter.show());
        const begun = await market.clock.hasBegun(slot);
        session.print({ slot, time, begun }, [
            `Slot ${(await session.slotNames()).one(slot)}, ${time}: ${begun ? 'has begun' : 'has not begun'}`,
        ]);
    });
}
