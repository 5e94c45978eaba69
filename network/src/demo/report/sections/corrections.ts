import type { Findings } from '../../findings.js';
import { groupBy } from '@commonwatt/client/grouped';
import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, clockOf, fixed, units } from '../words.js';

/** Slots that were settled on estimates, and what became of them once the readings were there. */
export function correctionsSection({ findings, currency }: Facts): Html {
    const corrections = findings.runs.filter(({ run }) => run > 0);
    if (corrections.length === 0) {
        return html``;
    }
    return html`<section id="corrections">
        <h2>Corrections</h2>
        <p>
            A meter did not report some quarter hours in time, so they were settled on estimates. Its readings came
            later, and a reconciliation run posted the difference. ${corrections.length} runs looked again; accounts
            moved as below.
        </p>
        ${correctedPoints(findings, corrections)} ${correctedAccounts(corrections, currency)}
    </section>`;
}

type Run = Findings['runs'][number];

function correctedPoints(findings: Findings, corrections: readonly Run[]): Html {
    const rows = corrections.flatMap((corrected) => {
        const { carrier, slot, run } = corrected;
        const before = findings.runs.find(
            (each) => each.carrier === carrier && each.slot === slot && each.run === run - 1,
        );
        return corrected.points.flatMap((point) => {
            const earlier = before?.points.find((each) => each.pointId === point.pointId);
            return earlier === undefined || earlier.quality === point.quality
                ? []
                : [{ carrier, slot, run, earlier, point }];
        });
    });
    return html`<div class="scroll">
        <table>
            <thead>
                <tr>
                    <th>quarter hour</th>
                    <th>energy</th>
                    <th>point</th>
                    <th class="number">first settled on, Wh</th>
                    <th class="number">then on, Wh</th>
                </tr>
            </thead>
            <tbody>
                ${rows.map(
                    ({ carrier, slot, earlier, point }) =>
                        html`<tr>
                            <td>${clockOf(slot)}</td>
                            <td>${CARRIER_NAMES[carrier]}</td>
                            <td>${point.pointId}</td>
                            <td class="number">${fixed(-Number(earlier.meteredWh), 0)} (${earlier.quality})</td>
                            <td class="number">${fixed(-Number(point.meteredWh), 0)} (${point.quality})</td>
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}

function correctedAccounts(corrections: readonly Run[], currency: string): Html {
    const postings = groupBy(
        corrections.flatMap((run) => run.postings),
        ({ account }) => account,
    );
    const moved = [...postings]
        .map(([account, own]) => ({ account, nano: sum(own.map(({ amountNano }) => amountNano)) }))
        .filter(({ nano }) => nano !== 0n);
    return html`<div class="scroll">
        <table>
            <thead>
                <tr>
                    <th>account</th>
                    <th class="number">corrected by, ${currency}</th>
                </tr>
            </thead>
            <tbody>
                ${moved.map(
                    ({ account, nano }) =>
                        html`<tr>
                            <td>${account}</td>
                            <td class="number">${fixed(units(nano), 6)}</td>
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}
