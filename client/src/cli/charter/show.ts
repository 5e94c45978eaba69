import { CARRIERS, ORG_ROLES } from '@commonwatt/chaincode/domain/charter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
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
        const { rules: next, fromSlot } = (await market.charter.rulesVersions()).latest;
        const isWaiting = next.version > rules.version;
        const slots = await session.slotNames();
        const { currency, clock, slotMinutes, firstSlot } = charter;
        session.print({ charter, rules, next: isWaiting ? { rules: next, fromSlot } : null }, [
            ...ORG_ROLES.map((role) => `${role}: ${charter.orgs[role]}, seats ${charter.seats[role].join(', ')}`),
            `${currency}, ${clock} clock, slots of ${String(slotMinutes)} minutes from ${slotTime(firstSlot, charter)}`,
            `rules version ${String(rules.version)}: ${carriersIn(rules)}`,
            ...(isWaiting
                ? [`rules version ${String(next.version)} from slot ${slots.one(fromSlot)}: ${carriersIn(next)}`]
                : []),
        ]);
    });
}

/** What is traded, and between whom where that is not between anybody. */
function carriersIn(rules: Rules): string {
    return CARRIERS.flatMap((carrier) => {
        const relation = rules.carriers[carrier]?.relation;
        switch (relation?.kind) {
            case undefined:
                return [];
            case 'peerToPeer':
                return [carrier];
            case 'singleBuyer':
                return [`${carrier} (single buyer: ${relation.buyerId})`];
            case 'pilotGroup':
                return [`${carrier} (pilot group of ${String(relation.memberIds.length)})`];
        }
    }).join(', ');
}
