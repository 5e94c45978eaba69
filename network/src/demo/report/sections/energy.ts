import * as Plot from '@observablehq/plot';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { draw, legend, timeAxis } from '../draw.js';
import { groupBy } from '@commonwatt/client/grouped';
import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, formatKwh, kilo, ORIGIN_NAMES, type Origin, originColour, ORIGINS } from '../words.js';

/** Quarter hours in an hour: energy of a slot to mean power. */
const SLOTS_PER_HOUR = 4;

/** What was delivered over the day on each carrier, by where it came from. */
export function energySection(facts: Facts): Html {
    const shown = ORIGINS.filter(
        (origin) => origin === 'none' || facts.deliveries.some((delivery) => delivery.origin === origin),
    );
    return html`<section id="energy">
        <h2>Energy</h2>
        <p>
            Mean power in kW, quarter hour by quarter hour: what agreements delivered, by who sold it, and on top what
            was taken without an agreement, which the network supplied at the imbalance price.
        </p>
        ${legend(shown.map((origin) => [ORIGIN_NAMES[origin], originColour(origin)]))}
        <div class="grid">${facts.carriers.map((carrier) => carrierChart(facts, carrier))}</div>
    </section>`;
}

function carrierChart(facts: Facts, carrier: Carrier): Html {
    const { slots } = facts.findings;
    const delivered = facts.deliveries.filter((delivery) => delivery.carrier === carrier);
    const uncovered = facts.uncovered.filter((each) => each.carrier === carrier);
    const deliveredWh = sum(delivered.map((each) => each.deliveredWh));
    const uncoveredWh = sum(uncovered.map((each) => each.wattHours));
    const bySlot = new Map([
        ...[...groupBy(delivered, (each) => `${each.origin}/${each.slot}`)].map(
            ([key, group]) => [key, sum(group.map((each) => each.deliveredWh))] as const,
        ),
        ...[...groupBy(uncovered, (each) => `none/${each.slot}`)].map(
            ([key, group]) => [key, sum(group.map((each) => each.wattHours))] as const,
        ),
    ]);
    const bars = ORIGINS.flatMap((origin) =>
        slots.map((slot) => ({ origin, slot, power: kilo(bySlot.get(`${origin}/${slot}`) ?? 0n) * SLOTS_PER_HOUR })),
    );
    const { x, axis } = timeAxis(slots);
    const chart = draw(
        {
            width: 520,
            height: 220,
            marginLeft: 44,
            x,
            y: { label: 'kW', grid: true, nice: true },
            marks: [
                axis(),
                Plot.rectY(bars, {
                    x1: 'slot',
                    x2: (bar: { slot: number }) => bar.slot + 1,
                    y: 'power',
                    fill: (bar: { origin: Origin }) => originColour(bar.origin),
                    order: ORIGINS.map(originColour),
                    insetLeft: 0.25,
                    insetRight: 0.25,
                }),
                Plot.ruleY([0], { stroke: 'var(--rule-strong)' }),
            ],
            color: { type: 'identity' },
        },
        `${CARRIER_NAMES[carrier]}: mean power by origin over the day`,
    );
    return html`<figure>
        <figcaption>
            <strong>${CARRIER_NAMES[carrier]}</strong>
            ${formatKwh(deliveredWh)} under agreements, ${formatKwh(uncoveredWh)} without
        </figcaption>
        ${chart}
    </figure>`;
}
