import * as Plot from '@observablehq/plot';
import { billsOf, type DayBill } from '../bills.js';
import { draw, legend } from '../draw.js';
import type { Facts } from '../facts.js';
import { type Html, html } from '../html.js';
import { fixed, kilo, units } from '../words.js';

const ACTUAL = 'var(--actual)';
const TARIFF = 'var(--none)';

/** Everybody's bill beside what the same energy would have cost from the seller. */
export function billsSection(facts: Facts): Html {
    const bills = billsOf(facts).sort((left, right) => Number(savingOf(right) - savingOf(left)));
    const better = bills.filter((bill) => savingOf(bill) > 0n).length;
    return html`<section id="bills">
        <h2>Bills</h2>
        <p>
            What the day cost each building, all carriers, fees, imbalance and default amounts included, beside what the
            same metered energy would have cost at the sellers' tariff without any other agreement (energy given to the
            grid then earns the network's price). ${better} of ${bills.length} did better by trading; who did worse
            mostly needed something else than it had expected.
        </p>
        ${legend([
            ['the day as it was', ACTUAL],
            ['all from the seller', TARIFF],
        ])}
        <div class="pair">
            ${(['residential', 'commercial'] as const).map((sector) => sectorChart(facts, bills, sector))}
        </div>
        <details>
            <summary>All ${bills.length} bills as a table</summary>
            ${tableOf(bills, facts.currency)}
        </details>
    </section>`;
}

const savingOf = ({ actualNano, tariffNano }: DayBill): bigint => actualNano - tariffNano;

function sectorChart(facts: Facts, bills: readonly DayBill[], sector: 'residential' | 'commercial'): Html {
    const own = bills.filter(({ participantId }) => facts.participants.get(participantId)?.sector === sector);
    const rows = own.map(({ participantId, actualNano, tariffNano }) => ({
        participantId,
        actual: -units(actualNano),
        tariff: -units(tariffNano),
    }));
    const chart = draw(
        {
            width: 520,
            height: 60 + 19 * rows.length,
            marginLeft: 60,
            x: { label: `${facts.currency} for the day`, grid: true, nice: true, zero: true },
            y: { label: null, domain: rows.map(({ participantId }) => participantId) },
            marks: [
                Plot.ruleX([0], { stroke: 'var(--rule-strong)' }),
                Plot.link(rows, {
                    y1: 'participantId',
                    y2: 'participantId',
                    x1: 'actual',
                    x2: 'tariff',
                    stroke: 'var(--rule-strong)',
                    strokeWidth: 2,
                }),
                Plot.dot(rows, { y: 'participantId', x: 'tariff', r: 4, fill: TARIFF }),
                Plot.dot(rows, { y: 'participantId', x: 'actual', r: 4, fill: ACTUAL }),
            ],
        },
        'Bill of each building, and the same energy at the tariff',
    );
    const name = sector === 'residential' ? 'Households' : 'Businesses';
    return html`<figure>
        <figcaption><strong>${name}</strong> ${own.length} buildings</figcaption>
        ${chart}
    </figure>`;
}

function tableOf(bills: readonly DayBill[], currency: string): Html {
    const money = (nano: bigint): string => fixed(units(nano), 3);
    return html`<div class="scroll">
        <table>
            <thead>
                <tr>
                    <th>building</th>
                    <th class="number">taken, kWh</th>
                    <th class="number">given, kWh</th>
                    <th class="number">bill, ${currency}</th>
                    <th class="number">at the tariff, ${currency}</th>
                    <th class="number">saved, ${currency}</th>
                </tr>
            </thead>
            <tbody>
                ${bills.map(
                    (bill) =>
                        html`<tr>
                            <td>${bill.participantId}</td>
                            <td class="number">${fixed(kilo(bill.takenWh), 1)}</td>
                            <td class="number">${fixed(kilo(bill.givenWh), 1)}</td>
                            <td class="number">${money(-bill.actualNano)}</td>
                            <td class="number">${money(-bill.tariffNano)}</td>
                            <td class="number">${money(savingOf(bill))}</td>
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}
