import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, fixed, formatKwh, units } from '../words.js';
import { wallTimeOf } from '../../../scenario/slot.js';

/** The day in a few numbers. */
export function summarySection(facts: Facts): Html {
    const { findings } = facts;
    const { slots, offers, agreements, transactions } = findings;
    const valid = transactions.filter((code) => code === 'VALID').length;
    const failed = offers.filter(({ state }) => state !== 'accepted').length;
    const joint = agreements.filter(({ agreement }) => agreement.terms.legs.length > 1).length;
    const inForce = agreements.filter(({ funded }) => funded).length;
    const paid = sum(facts.deliveries.map(({ paidNano }) => (paidNano > 0n ? paidNano : -paidNano)));
    const tiles: readonly (readonly [string, string])[] = [
        [fixed(findings.participants.length, 0), `participants at ${findings.points.length} metering points`],
        [fixed(offers.length, 0), `negotiations on the ledger, ${failed} of them in vain`],
        [fixed(inForce, 0), `agreements in force, ${joint} of them over several legs`],
        [
            formatKwh(sum(facts.deliveries.map(({ deliveredWh }) => deliveredWh))),
            `delivered on ${facts.carriers.length} carriers: ${facts.carriers.map((each) => CARRIER_NAMES[each].toLowerCase()).join(', ')}`,
        ],
        [`${fixed(units(paid), 2)} ${facts.currency}`, 'paid for energy'],
        [fixed(valid, 0), `transactions in ${fixed(findings.height, 0)} blocks`],
    ];
    const [first = 0] = slots;
    const buildings = findings.participants.filter(({ sector }) => sector !== null).length;
    return html`<header>
        <h1>A day of Commonwatt</h1>
        <p>
            ${wallTimeOf(first)} to ${wallTimeOf((slots.at(-1) ?? 0) + 1)}, ${slots.length} quarter hours of a community
            of ${buildings} buildings. All figures are read from the ledger of the network that played the day.
        </p>
        <div class="tiles">
            ${tiles.map(([figure, what]) => html`<div class="tile"><b>${figure}</b><span>${what}</span></div>`)}
        </div>
    </header>`;
}
