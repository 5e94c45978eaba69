import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, fixed, kilo, units } from '../words.js';
import type { FoundAgreement } from '../../findings.js';

/** Agreements in which one leg is made from another: all legs hold, or none. */
export function jointSection(facts: Facts): Html {
    const joint = facts.findings.agreements.filter(
        ({ agreement, funded }) => funded && agreement.terms.conversions.length > 0,
    );
    return html`<section id="joint">
        <h2>One energy from another</h2>
        <p>
            Agreements over several carriers hold as a whole or not at all. Who turns one energy into another buys the
            first and sells the second; what the first falls short of is not held against it.
        </p>
        ${joint.map((found) => agreementTable(facts, found))}
    </section>`;
}

function agreementTable(facts: Facts, { agreement, execution }: FoundAgreement): Html {
    const { agreementId, terms } = agreement;
    const results = facts.findings.settlements.flatMap(({ legs }) =>
        legs.filter((result) => result.agreementId === agreementId),
    );
    const rows = terms.legs.map((leg, position) => {
        const own = results.filter((result) => result.leg === position);
        const source = terms.conversions.find(({ outputLeg }) => outputLeg === position);
        return {
            leg,
            position: position + 1,
            made: source === undefined ? '' : `leg ${source.inputLeg + 1} × ${fixed(source.ratioBp / 10_000, 2)}`,
            agreed: fixed(kilo(sum(own.map(({ agreedWh }) => agreedWh))), 1),
            delivered: fixed(kilo(sum(own.map(({ deliveredWh }) => deliveredWh))), 1),
            paid: fixed(units(sum(own.map(({ paymentNano }) => paymentNano))), 2),
            owed: fixed(units(sum(own.flatMap(({ defaults }) => defaults.map(({ drawnNano }) => drawnNano)))), 2),
        };
    });
    return html`<figure class="joint">
        <figcaption>
            <strong><code>${agreementId.slice(0, 8)}</code></strong> ${terms.parties.length} parties, ${execution.state}
        </figcaption>
        <div class="scroll">
            <table>
                <thead>
                    <tr>
                        <th class="number">leg</th>
                        <th>energy</th>
                        <th>from</th>
                        <th>to</th>
                        <th>made from</th>
                        <th class="number">agreed, kWh</th>
                        <th class="number">delivered, kWh</th>
                        <th class="number">paid, ${facts.currency}</th>
                        <th class="number">default amounts</th>
                    </tr>
                </thead>
                <tbody>
                    ${rows.map(
                        ({ leg, position, made, agreed, delivered, paid, owed }) =>
                            html`<tr>
                                <td class="number">${position}</td>
                                <td>${CARRIER_NAMES[leg.carrier]}</td>
                                <td>${leg.sellerId}</td>
                                <td>${leg.buyerId}</td>
                                <td>${made}</td>
                                <td class="number">${agreed}</td>
                                <td class="number">${delivered}</td>
                                <td class="number">${paid}</td>
                                <td class="number">${owed}</td>
                            </tr>`,
                    )}
                </tbody>
            </table>
        </div>
    </figure>`;
}
