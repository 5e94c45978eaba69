import { administratorsOf, CARRIERS, type Charter, ORG_ROLES } from '@commonwatt/chaincode/domain/charter';
import { isInForce } from '@commonwatt/chaincode/domain/established-charter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Command } from 'commander';
import { orNull } from '../../ledger.js';
import type { Market } from '../../market.js';
import { slotTime } from '../../slot-time.js';
import { addVerb, onRun } from '../verb.js';
import { standing } from './standing.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the constitution of the market, who has confirmed it, and the rules in force',
        example: 'commonwatt charter show --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const market = await session.market();
        const supervision = await orNull(market.charter.established('supervision'));
        const exchange = await market.charter.established('exchange');
        const { charter, charterHash } = exchange;
        const rules = await market.charter.rules();
        const next = isInForce(exchange) ? await nextRules(market, rules) : null;
        const { currency, clock, slotMinutes, firstSlot, rulesNoticeSlots } = charter;
        const confirmedBy = { supervision: supervision?.confirmedBy ?? [], exchange: exchange.confirmedBy };
        session.print({ charter, charterHash, confirmedBy, rules, next }, [
            ...ORG_ROLES.map((role) => `${role}: ${charter.orgs[role]}, seats ${charter.seats[role].join(', ')}`),
            ...administratorLines(charter),
            `${currency}, ${clock} clock, slots of ${String(slotMinutes)} minutes from ${slotTime(firstSlot, charter)}`,
            `other rules are announced ${String(rulesNoticeSlots)} slots ahead`,
            `rules version ${String(rules.version)}: ${carriersIn(rules)}`,
            ...(next === null
                ? []
                : [
                      `rules version ${String(next.rules.version)} from slot ${slotTime(next.fromSlot, charter)}: ${carriersIn(next.rules)}`,
                  ]),
            ...standing('supervision', supervision),
            ...standing('exchange', exchange),
        ]);
    });
}

/** Rules that are enacted and not in force yet. */
async function nextRules(market: Market, inForce: Rules): Promise<{ rules: Rules; fromSlot: number } | null> {
    const { rules, fromSlot } = (await market.charter.rulesVersions()).latest;
    return rules.version > inForce.version ? { rules, fromSlot } : null;
}

const administratorLines = (charter: Charter): string[] =>
    [...new Set(Object.values(charter.orgs))].map((mspId) => {
        const { unit, certificates } = administratorsOf(charter, mspId);
        const known = [...(unit === null ? [] : [`OU=${unit}`]), ...certificates];
        return `administrators of ${mspId}: ${known.join(', ')}`;
    });

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
