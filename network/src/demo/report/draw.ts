import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Html, html, markup } from './html.js';
import { clockOf } from './words.js';

/** What the drawing needs of a document, and what comes out: the project is compiled without a browser's types. */
type Drawn = Readonly<{ outerHTML: string }>;
const plot = Plot.plot as unknown as (options: Plot.PlotOptions & Readonly<{ document: unknown }>) => Drawn;
const parse = parseHTML as unknown as (text: string) => Readonly<{ document: unknown }>;

/** Draws with Observable Plot into a document of its own, so that the page needs no script. */
export function draw(options: Plot.PlotOptions, label: string): Html {
    const { document } = parse('<!doctype html><html><body></body></html>');
    const style = { background: 'none', fontFamily: 'inherit', fontSize: '12px', overflow: 'visible', ...STYLE };
    const { outerHTML } = plot({ marginBottom: 40, ...options, document, style, ariaLabel: label });
    return html`<div class="chart">${markup(outerHTML)}</div>`;
}

const STYLE = { color: 'var(--ink-2)' };

export type TimeAxis = Readonly<{ x: Plot.ScaleOptions; axis: (every?: number) => ReturnType<typeof Plot.axisX> }>;

/** Slots along the x axis, with the time of day at some of them. */
export function timeAxis(slots: readonly number[]): TimeAxis {
    const [first = 0] = slots;
    const last = slots.at(-1) ?? first;
    const minutes = slots.length > 32 ? 180 : 15 * Math.max(1, Math.ceil(slots.length / 8));
    const ticks = [...slots, last + 1].filter((slot) => minutesOf(slot) % minutes === 0);
    return {
        x: { domain: [first, last + 1], label: null },
        axis: (every = 1) =>
            Plot.axisX(
                ticks.filter((_, index) => index % every === 0),
                { tickFormat: clockOf, label: null },
            ),
    };
}

function minutesOf(slot: number): number {
    const [hours = 0, minutes = 0] = clockOf(slot).split(':').map(Number);
    return hours * 60 + minutes;
}

/** Colours with their names, for a chart of several series. */
export const legend = (entries: readonly (readonly [name: string, colour: string])[]): Html =>
    html`<ul class="legend">
        ${entries.map(([name, colour]) => html`<li><span style="background: ${colour}"></span>${name}</li>`)}
    </ul>`;
