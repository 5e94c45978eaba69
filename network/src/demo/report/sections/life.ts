import * as Plot from '@observablehq/plot';
import { draw, legend, timeAxis } from '../draw.js';
import type { Facts } from '../facts.js';
import { type Html, html } from '../html.js';
import { type Flow, type Life, lifeOf, type LifeSlot, type Moment } from '../life.js';
import { clockOf, fixed, formatKwh, formatMoney, units } from '../words.js';

const FLOWS: readonly Flow[] = ['energy', 'information', 'value'];
const FLOW_COLOURS: Readonly<Record<Flow, string>> = {
    energy: 'var(--electricity)',
    information: 'var(--information)',
    value: 'var(--value)',
};
/** Charts of the three flows stand side by side. */
const NARROW = { width: 350, height: 200, marginLeft: 46 };

/** One agreement from the first offer to the last payment, its three flows side by side. */
export function lifeSection(facts: Facts): Html {
    const life = lifeOf(facts);
    if (life === null) {
        return html``;
    }
    const { agreementId, leg, slots, moments } = life;
    const delivered = slots.reduce((total, slot) => total + slot.deliveredWh, 0n);
    const paid = slots.reduce((total, slot) => total + slot.paidNano, 0n);
    const owed = slots.reduce((total, slot) => total + slot.defaultNano, 0n);
    return html`<section id="life">
        <h2>Life of one agreement</h2>
        <p>
            <strong>${leg.sellerId} sells ${leg.carrier} to ${leg.buyerId}</strong>, agreement
            <code>${agreementId.slice(0, 8)}</code>: ${formatKwh(delivered)} delivered,
            ${formatMoney(paid, facts.currency)} paid, ${formatMoney(owed, facts.currency)} in default amounts.
            Everything below is read from blocks.
        </p>
        ${timeline(life)} ${keySteps(life, facts.currency)}
        <div class="flows">
            <figure>
                <figcaption>
                    <strong style="color: ${FLOW_COLOURS.energy}">Energy</strong> Wh in each quarter hour
                </figcaption>
                ${legend([
                    ['delivered', FLOW_COLOURS.energy],
                    ['agreed', 'var(--ink-2)'],
                ])}
                ${energyChart(slots)}
            </figure>
            <figure>
                <figcaption>
                    <strong style="color: ${FLOW_COLOURS.information}">Information</strong> block in which a quarter
                    hour is read, and settled
                </figcaption>
                ${legend([
                    ['both meters read', 'var(--none)'],
                    ['settled', FLOW_COLOURS.information],
                ])}
                ${informationChart(slots)}
            </figure>
            <figure>
                <figcaption>
                    <strong style="color: ${FLOW_COLOURS.value}">Value</strong> ${facts.currency} so far
                </figcaption>
                ${legend([
                    ['paid for energy', FLOW_COLOURS.value],
                    ['default amounts', 'var(--money-default)'],
                ])}
                ${valueChart(slots)}
            </figure>
        </div>
        <details>
            <summary>Every step with its block</summary>
            ${everyStep(moments, slots, facts.currency)}
        </details>
    </section>`;
}

/** One line for each flow, a tick for each block in which something of it stands. */
function timeline({ moments, slots }: Life): Html {
    const key = moments.filter((moment) => moment.key);
    const deliveries = slots.flatMap(({ readBlock, settledBlock, deliveredWh }) => [
        ...(readBlock !== null && deliveredWh > 0n ? [{ block: readBlock, flow: 'energy' as const }] : []),
        ...(readBlock === null ? [] : [{ block: readBlock, flow: 'information' as const }]),
        ...(settledBlock === null ? [] : [{ block: settledBlock, flow: 'value' as const }]),
    ]);
    return draw(
        {
            width: 1080,
            height: 150,
            marginLeft: 92,
            marginTop: 10,
            x: { label: 'block number', grid: true, nice: true, zero: true },
            y: { label: null, domain: FLOWS, padding: 0.5 },
            color: { type: 'identity' },
            marks: [
                Plot.ruleY(FLOWS, { stroke: 'var(--rule-strong)' }),
                Plot.tickX(deliveries, {
                    x: 'block',
                    y: 'flow',
                    stroke: (each: { flow: Flow }) => FLOW_COLOURS[each.flow],
                    strokeOpacity: 0.6,
                }),
                Plot.dot(key, {
                    x: 'block',
                    y: 'flow',
                    r: 5,
                    fill: (moment: Moment) => FLOW_COLOURS[moment.flow],
                    stroke: 'var(--surface)',
                    strokeWidth: 1.5,
                    title: (moment: Moment) => `#${moment.block} ${moment.what}`,
                }),
            ],
        },
        'Blocks in which something of the agreement stands, in three flows',
    );
}

const slotsAxis = (slots: readonly LifeSlot[]): ReturnType<typeof timeAxis> => timeAxis(slots.map(({ slot }) => slot));

function energyChart(slots: readonly LifeSlot[]): Html {
    const { x, axis } = slotsAxis(slots);
    const rows = slots.map(({ slot, agreedWh, deliveredWh }) => ({
        slot,
        agreed: Number(agreedWh),
        delivered: Number(deliveredWh),
    }));
    return draw(
        {
            ...NARROW,
            x,
            y: { label: 'Wh', grid: true, nice: true },
            marks: [
                axis(2),
                Plot.rectY(rows, {
                    x1: 'slot',
                    x2: (row: { slot: number }) => row.slot + 1,
                    y: 'delivered',
                    fill: FLOW_COLOURS.energy,
                    insetRight: 0.5,
                }),
                Plot.line(rows, {
                    x: 'slot',
                    y: 'agreed',
                    stroke: 'var(--ink-2)',
                    strokeWidth: 1.5,
                    curve: 'step-after',
                }),
            ],
        },
        'Energy agreed and delivered in each quarter hour',
    );
}

function informationChart(slots: readonly LifeSlot[]): Html {
    const { x, axis } = slotsAxis(slots);
    return draw(
        {
            ...NARROW,
            x,
            y: { label: 'block', grid: true, nice: true },
            marks: [
                axis(2),
                Plot.dot(slots, { x: 'slot', y: 'readBlock', r: 2, fill: 'var(--none)' }),
                Plot.dot(slots, { x: 'slot', y: 'settledBlock', r: 2, fill: FLOW_COLOURS.information }),
            ],
        },
        'Blocks in which each quarter hour was read and settled',
    );
}

function valueChart(slots: readonly LifeSlot[]): Html {
    const { x, axis } = slotsAxis(slots);
    let [paid, owed] = [0, 0];
    const rows = slots.map((each) => {
        paid += units(each.paidNano);
        owed += units(each.defaultNano);
        return { slot: each.slot + 1, paid, owed };
    });
    return draw(
        {
            ...NARROW,
            x,
            y: { label: null, grid: true, nice: true, zero: true },
            marks: [
                axis(2),
                Plot.line(rows, { x: 'slot', y: 'paid', stroke: FLOW_COLOURS.value, strokeWidth: 2 }),
                Plot.line(rows, { x: 'slot', y: 'owed', stroke: 'var(--money-default)', strokeWidth: 2 }),
            ],
        },
        'Money paid for energy and in default amounts, summed up',
    );
}

type Row = Readonly<{ block: string; order: number; energy: string; information: string; value: string }>;

const rowOf = ({ block, flow, what }: Moment): Row => ({
    block: `#${block}`,
    order: block,
    energy: flow === 'energy' ? what : '',
    information: flow === 'information' ? what : '',
    value: flow === 'value' ? what : '',
});

/** The steps that matter, the delivery as one. */
function keySteps({ moments, slots }: Life, currency: string): Html {
    const delivering = slots.filter(({ agreedWh }) => agreedWh > 0n);
    const [first] = delivering;
    const last = delivering.at(-1);
    const rows = moments.filter((moment) => moment.key).map(rowOf);
    if (first !== undefined && last !== undefined) {
        const total = (of: (slot: LifeSlot) => bigint): bigint => delivering.reduce((sum, slot) => sum + of(slot), 0n);
        rows.push({
            block: `#${first.readBlock ?? '?'}–${last.settledBlock ?? '?'}`,
            order: first.settledBlock ?? 0,
            energy: `${delivering.length} quarter hours from ${clockOf(first.slot)}: ${formatKwh(
                total(({ deliveredWh }) => deliveredWh),
            )} of ${formatKwh(total(({ agreedWh }) => agreedWh))}`,
            information: 'both meters sign each; settled by anyone',
            value: `${formatMoney(
                total(({ paidNano }) => paidNano),
                currency,
            )} for energy, ${formatMoney(
                total(({ defaultNano }) => defaultNano),
                currency,
            )} in default amounts`,
        });
    }
    return tableOf(rows.sort((left, right) => left.order - right.order));
}

function everyStep(moments: readonly Moment[], slots: readonly LifeSlot[], currency: string): Html {
    const rows: Row[] = [
        ...moments.map(rowOf),
        ...slots.map(({ slot, deliveredWh, agreedWh, paidNano, defaultNano, readBlock, settledBlock }) => ({
            block: settledBlock === null ? '' : `#${settledBlock}`,
            order: settledBlock ?? 0,
            energy: `${clockOf(slot)}: ${fixed(Number(deliveredWh), 0)} of ${fixed(Number(agreedWh), 0)} Wh`,
            information: readBlock === null ? 'settled' : `read in #${readBlock}, settled`,
            value: `${fixed(units(paidNano), 4)} ${currency}${
                defaultNano > 0n ? `, default amount ${fixed(units(defaultNano), 4)}` : ''
            }`,
        })),
    ];
    return tableOf(rows.sort((left, right) => left.order - right.order));
}

const tableOf = (rows: readonly Row[]): Html =>
    html`<div class="scroll">
        <table>
            <thead>
                <tr>
                    <th>block</th>
                    <th style="color: ${FLOW_COLOURS.energy}">energy</th>
                    <th style="color: ${FLOW_COLOURS.information}">information</th>
                    <th style="color: ${FLOW_COLOURS.value}">value</th>
                </tr>
            </thead>
            <tbody>
                ${rows.map(
                    (row) =>
                        html`<tr>
                            <td class="block">${row.block}</td>
                            <td>${row.energy}</td>
                            <td>${row.information}</td>
                            <td>${row.value}</td>
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
