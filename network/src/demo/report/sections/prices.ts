import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import * as Plot from '@observablehq/plot';
import { draw, legend, timeAxis } from '../draw.js';
import { groupBy } from '@commonwatt/client/grouped';
import { type Delivery, type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, formatPrice, ORIGIN_NAMES, type Origin, originColour, ORIGINS } from '../words.js';

/** Hundredths of the currency per kWh. */
const cents = (micro: number): number => micro / 10_000;

/** What a kWh cost, by who sold it, over the day and on average. */
export function pricesSection(facts: Facts): Html {
    const power = facts.deliveries.filter(({ carrier }) => carrier === 'electricity');
    const rules = facts.findings.rules.carriers.electricity;
    const bounds = [
        { name: 'imbalance, short', price: cents(Number(rules?.imbalanceShortMicroPerKwh ?? 0n)) },
        { name: 'imbalance, long', price: cents(Number(rules?.imbalanceLongMicroPerKwh ?? 0n)) },
    ];
    const { slots } = facts.findings;
    const { x, axis } = timeAxis(slots);
    const chart = draw(
        {
            width: 1080,
            height: 280,
            marginLeft: 44,
            marginRight: 120,
            x,
            y: { label: `ct/kWh`, grid: true, zero: true },
            color: { type: 'identity' },
            marks: [
                axis(),
                Plot.ruleY(bounds, { y: 'price', stroke: 'var(--none)', strokeDasharray: '4 4' }),
                Plot.text(bounds, {
                    y: 'price',
                    x: (slots.at(-1) ?? 0) + 1,
                    text: 'name',
                    textAnchor: 'start',
                    dx: 6,
                    fill: 'var(--ink-2)',
                }),
                Plot.line(seriesOf(power), {
                    x: (point: { slot: number }) => point.slot + 0.5,
                    y: 'price',
                    z: 'origin',
                    stroke: (point: { origin: Origin }) => originColour(point.origin),
                    strokeWidth: 2,
                    curve: 'step',
                }),
            ],
        },
        'Price of electricity over the day, by who sold it',
    );
    const shown = ORIGINS.filter((origin) => power.some((delivery) => delivery.origin === origin));
    return html`<section id="prices">
        <h2>Prices</h2>
        <p>
            Electricity, in hundredths of the ${facts.currency} per kWh: the mean of what was delivered, weighted by
            energy. Dashed is what the network asks and pays where there is no agreement.
        </p>
        ${legend(shown.map((origin) => [ORIGIN_NAMES[origin], originColour(origin)]))} ${chart} ${averages(facts)}
    </section>`;
}

function seriesOf(deliveries: readonly Delivery[]): { origin: Origin; slot: number; price: number }[] {
    const points = [...groupBy(deliveries, ({ origin, slot }) => `${origin}/${slot}`).values()].flatMap((group) => {
        const [first] = group;
        const price = meanPrice(group);
        return price === null ? [] : [{ origin: first.origin, slot: first.slot, price: cents(price) }];
    });
    return points.sort((left, right) => left.slot - right.slot);
}

function averages(facts: Facts): Html {
    const cell = (carrier: Carrier, origin: Origin): string => {
        const group = facts.deliveries.filter((each) => each.carrier === carrier && each.origin === origin);
        const price = meanPrice(group);
        return price === null ? '' : formatPrice(price);
    };
    const shown = ORIGINS.filter((origin) => facts.deliveries.some((delivery) => delivery.origin === origin));
    return html`<div class="scroll">
        <table>
            <thead>
                <tr>
                    <th>ct/kWh, mean</th>
                    ${shown.map((origin) => html`<th class="number">${ORIGIN_NAMES[origin]}</th>`)}
                </tr>
            </thead>
            <tbody>
                ${facts.carriers.map(
                    (carrier) =>
                        html`<tr>
                            <td>${CARRIER_NAMES[carrier]}</td>
                            ${shown.map((origin) => html`<td class="number">${cell(carrier, origin)}</td>`)}
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}

/** Mean price in µ/kWh weighted by what was delivered; `null` where nothing was. */
function meanPrice(group: readonly Delivery[]): number | null {
    const delivered = sum(group.map(({ deliveredWh }) => deliveredWh));
    const paid = sum(group.map(({ paidNano }) => paidNano));
    return delivered === 0n ? null : Number(paid) / Number(delivered);
}
