import { ORG_ROLES } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { slotTime } from '../../slot-time.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the constitution of the market and the rules in force',
        example: 'commonwatt charter show --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const market = await session.market();
        const charter = await market.charter.show();
        const rules = await market.charter.rules();
        const { currency, clock, slotMinutes, firstSlot } = charter;
        session.print({ charter, rules }, [
            ...ORG_ROLES.map((role) => `${role}: ${charter.orgs[role]}, seats ${charter.seats[role].join(', ')}`),
            `${currency}, ${clock} clock, slots of ${String(slotMinutes)} minutes from ${slotTime(firstSlot, charter)}`,
            `rules version ${String(rules.version)}: ${Object.keys(rules.carriers).join(', ')}`,
        ]);
    });
}
