import * as Plot from '@observablehq/plot';
import { draw, legend } from '../draw.js';
import { groupBy } from '@commonwatt/client/grouped';
import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, carrierColour, fixed, kilo } from '../words.js';

/** Who delivered to whom: a dot for each pair and carrier, its area the energy. */
export function tradesSection(facts: Facts): Html {
    const pairs = [
        ...groupBy(facts.deliveries, ({ carrier, leg }) => `${carrier}/${leg.sellerId}/${leg.buyerId}`).values(),
    ].flatMap((group) => {
        const [first] = group;
        const energy = kilo(sum(group.map(({ deliveredWh }) => deliveredWh)));
        return energy === 0
            ? []
            : [
                  {
                      seller: first.leg.sellerId,
                      buyer: first.leg.buyerId,
                      carrier: first.carrier,
                      energy,
                  },
              ];
    });
    const total = (side: 'seller' | 'buyer', id: string): number =>
        pairs.filter((pair) => pair[side] === id).reduce((energy, pair) => energy + pair.energy, 0);
    const sellers = [...new Set(pairs.map(({ seller }) => seller))].sort(
        (left, right) => total('seller', right) - total('seller', left),
    );
    const buyers = [...new Set(pairs.map(({ buyer }) => buyer))].sort();
    const chart = draw(
        {
            width: 1080,
            height: 110 + 26 * sellers.length,
            marginLeft: 96,
            marginBottom: 84,
            x: { label: null, domain: buyers, tickRotate: -60 },
            y: { label: null, domain: sellers },
            // Households take a few kWh, the CHP hundreds: with its area alone a dot would vanish.
            r: { type: 'pow', exponent: 0.3, range: [0, 12] },
            marks: [
                Plot.gridX({ stroke: 'var(--rule)' }),
                Plot.gridY({ stroke: 'var(--rule)' }),
                ...facts.carriers.map((carrier, position) =>
                    Plot.dot(
                        pairs.filter((pair) => pair.carrier === carrier),
                        {
                            x: 'buyer',
                            y: 'seller',
                            r: 'energy',
                            dx: 5 * (position - (facts.carriers.length - 1) / 2),
                            fill: carrierColour(carrier),
                            fillOpacity: 0.8,
                            stroke: 'var(--surface)',
                            title: (pair: (typeof pairs)[number]) =>
                                `${pair.seller} → ${pair.buyer}: ${fixed(pair.energy, 1)} kWh`,
                        },
                    ),
                ),
            ],
        },
        'Who delivered to whom',
    );
    return html`<section id="trades">
        <h2>Who traded with whom</h2>
        <p>
            Sellers on the left, buyers below; the area of a dot is the energy that was delivered, its colour the
            carrier. ${pairs.length} pairs traded.
        </p>
        ${legend(facts.carriers.map((carrier) => [CARRIER_NAMES[carrier], carrierColour(carrier)]))} ${chart}
    </section>`;
}
