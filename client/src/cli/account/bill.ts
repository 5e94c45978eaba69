import type { Command } from 'commander';
import type { BillPeriod } from '../../bill.js';
import { InvalidError } from '../../errors.js';
import { checkedTimeZone, localDay, ownTimeZone } from '../../local-time.js';
import { slotFrom } from '../../slot-time.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';
import { billLines } from './bill-lines.js';

type Options = Readonly<{ fromSlot?: string; toSlot?: string; day?: string; timeZone: string }>;

export function registerBill(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'bill',
        summary: 'show what a participant bought, sold, paid and received, and how it stands in its account',
        example: 'commonwatt account bill bld-12 --day 2016-07-20 --time-zone Europe/Berlin --org community',
        mode: 'read',
    })
        .argument('<participant>')
        .option('--day <date>', 'one local day, instead of slots')
        .option('--from-slot <slot>', 'first slot: index or UTC time; otherwise the first of its meters')
        .option('--to-slot <slot>', 'slot before which the bill ends; otherwise the one that runs')
        .option('--time-zone <name>', 'zone of --day and of the times shown', ownTimeZone());
    onRun<Options>(verb, async (session, options, [participantId = '']) => {
        const timeZone = checkedTimeZone(options.timeZone);
        const market = await session.market();
        const grid = await market.charter.show();
        const bill = await market.bills.show(participantId, await periodOf(session, { ...options, timeZone }));
        session.print(bill, billLines(bill, { grid, timeZone }));
    });
}

/** @throws InvalidError OPTIONS_CONFLICT {options} · DAY_INVALID · SLOT_INVALID */
async function periodOf(session: Session, options: Options): Promise<Partial<BillPeriod>> {
    const { fromSlot, toSlot, day, timeZone } = options;
    if (day === undefined) {
        return {
            ...(fromSlot === undefined ? {} : { fromSlot: await session.slot(fromSlot) }),
            ...(toSlot === undefined ? {} : { toSlot: await session.slot(toSlot) }),
        };
    }
    if (fromSlot !== undefined || toSlot !== undefined) {
        throw new InvalidError({
            code: 'OPTIONS_CONFLICT',
            operands: { options: ['--day', '--from-slot', '--to-slot'] },
        });
    }
    const grid = await (await session.market()).charter.show();
    const { fromMs, toMs } = localDay(day, timeZone);
    return { fromSlot: slotFrom(fromMs, grid), toSlot: slotFrom(toMs, grid) };
}
