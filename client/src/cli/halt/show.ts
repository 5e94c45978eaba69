import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import type { Command } from 'commander';
import { orNull } from '../../ledger.js';
import type { SlotNames } from '../slot-names.js';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: "show the last halts of a carrier: the regulator's and the network operator's",
        example: 'commonwatt halt show --carrier electricity --org operator',
        mode: 'read',
    }).requiredOption('--carrier <carrier>', 'carrier', carrier);
    onRun<{ carrier: Carrier }>(verb, async (session, options) => {
        const { halts } = await session.market();
        const regulator = await orNull(halts.show('supervision', options.carrier));
        const operator = await orNull(halts.show('exchange', options.carrier));
        const slots = await session.slotNames();
        session.print({ regulator, operator }, [
            `regulator: ${describe(regulator, slots)}`,
            `network operator: ${describe(operator, slots)}`,
        ]);
    });
}

function describe(halt: Halt | null, slots: SlotNames): string {
    if (halt === null) {
        return 'none';
    }
    const { fromSlot, untilSlot, reasonCode } = halt.statement;
    const lifted = halt.liftedSlot === null ? '' : `, lifted at ${slots.one(halt.liftedSlot)}`;
    return `slots ${slots.range(fromSlot, untilSlot - 1)}${lifted}: ${reasonCode}`;
}
