import { type Html, html } from '../html.js';

/** What is neither measured nor on the ledger but chosen, so that the day could be played. */
const ASSUMPTIONS: readonly (readonly [what: string, choice: string])[] = [
    ['Who has which heat supply', 'heat pump where SimBench has one, else district heat or gas by distance'],
    ['Heat and cold', 'standard load profiles and a synthetic cooling demand; SimBench has electricity only'],
    ['Weather', 'temperature is of a typical year, PV and loads are of 2016: do not compare them'],
    ['Wholesale prices', 'hourly values of another market and year, placed on these days'],
    ['Margins and prices of agreements', 'chosen; also the feeders as sales districts of two sellers'],
    ['Expectations', 'everybody expects the day before; vehicles book what they will take and a tenth more'],
    ['CHP, boiler, chiller', 'sized by the scenario; the CHP follows the heat demand, nothing is stored'],
    ['The CHP’s half hour of standstill', 'put there to show a leg that fails'],
    ['Heat network', 'standing losses of 12 W/m, the same at all times'],
    ['Boilers of buildings', '90 % of the gross calorific value becomes heat'],
    ['Heat pumps of commercial buildings', 'run by a contractor; three parts of heat for one of electricity'],
    ['Batteries', 'charge at noon and discharge in the evening just what their agreements say'],
    ['Capacities of connections', 'usual fuses, plus the rated power of large devices'],
    ['Losses of the electricity network', '2 % of what was expected to be consumed, bought by its operator'],
    ['Rules and fees', 'imbalance prices and network fees are those of the demo’s charter'],
];

export const assumptionsSection = (source: string): Html =>
    html`<section id="assumptions">
        <h2>Assumptions</h2>
        <p>
            Marked as such: what follows is chosen by the scenario and not data. Loads, PV and vehicles are measured
            values of ${source}.
        </p>
        <ul class="assumptions">
            ${ASSUMPTIONS.map(([what, choice]) => html`<li><strong>${what}</strong>: ${choice}</li>`)}
        </ul>
    </section>`;
