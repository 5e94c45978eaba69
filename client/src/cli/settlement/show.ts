import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { sumAmounts } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { table } from '../output.js';
import { carrier, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; slot: string; run?: number }>;

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the result of a settlement run and its postings: the latest of the slot, or another one',
        example: 'commonwatt settlement show --carrier electricity --slot 2016-07-20T09:00Z --org community',
        mode: 'read',
    })
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--slot <slot>', 'slot: index or UTC time of its beginning')
        .option('--run <number>', '0 is the initial run, 1 to 3 and more correct it (default: the latest)', count);
    onRun<Options>(verb, async (session, options) => {
        const slot = await session.slot(options.slot);
        const settlement = await (await session.market()).settlements.show(options.carrier, slot, options.run ?? null);
        const slots = await session.slotNames();
        const { legs, points, postings, run, dueSlot, isFinal } = settlement;
        session.print(settlement, [
            `Slot ${slots.one(slot)} of ${options.carrier}: ${String(legs.length)} legs, ${String(points.length)} points`,
            `Run ${String(run)}, due from slot ${slots.one(dueSlot)}${isFinal ? ', final' : ''}`,
            ...table([
                ['POINT', 'OWNER', 'METERED', 'IMPORT', 'IMBALANCE', 'QUALITY'],
                ...points.map((point) => [
                    point.pointId,
                    point.participantId,
                    `${String(point.meteredWh)} Wh`,
                    `${String(point.importWh)} Wh`,
                    `${String(point.imbalanceWh)} Wh`,
                    point.quality,
                ]),
            ]),
            ...table([
                ['AGREEMENT', 'LEG', 'AGREED', 'DELIVERED', 'SHORT', 'NOT TAKEN', 'ENERGY', 'DEFAULTS'],
                ...legs.map((leg) => [
                    leg.agreementId.slice(0, 12),
                    String(leg.leg),
                    `${String(leg.agreedWh)} Wh`,
                    `${String(leg.deliveredWh)} Wh`,
                    `${String(leg.shortWh)} Wh`,
                    `${String(leg.untakenWh)} Wh`,
                    formatAmount(leg.paymentNano),
                    leg.defaults
                        .map((each) => `${each.liableId} to ${each.payeeId} ${formatAmount(each.drawnNano)}`)
                        .join(', ') || '-',
                ]),
            ]),
            ...table([
                ['ACCOUNT', 'KIND', 'AMOUNT'],
                ...postings.map(({ account, kind, amountNano }) => [account, kind, formatAmount(amountNano)]),
                ['sum', '', formatAmount(sumAmounts(postings.map((posting) => posting.amountNano)))],
            ]),
        ]);
    });
}
