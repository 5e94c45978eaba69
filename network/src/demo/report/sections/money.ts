import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Posting, PostingKind } from '@commonwatt/chaincode/domain/posting';
import * as Plot from '@observablehq/plot';
import { draw, legend } from '../draw.js';
import { type Facts, sum } from '../facts.js';
import { type Html, html } from '../html.js';
import { CARRIER_NAMES, fixed, units } from '../words.js';

/** What money moved for; funding and releasing escrow moves nothing to anybody else. */
const KINDS = [
    ['energy', 'energy', 'var(--money-energy)'],
    ['default', 'default amounts', 'var(--money-default)'],
    ['imbalance', 'imbalance', 'var(--money-imbalance)'],
    ['fee', 'network fees', 'var(--money-fee)'],
] as const satisfies readonly (readonly [PostingKind, string, string])[];

/** How much money changed hands on each carrier, and for what. */
export function moneySection(facts: Facts): Html {
    const flows = facts.carriers.flatMap((carrier) =>
        KINDS.map(([kind, name, colour]) => ({
            carrier: CARRIER_NAMES[carrier],
            name,
            colour,
            amount: units(movedFor(facts, carrier, kind)),
        })),
    );
    const chart = draw(
        {
            width: 1080,
            height: 60 + 34 * facts.carriers.length,
            marginLeft: 90,
            x: { label: facts.currency, grid: true },
            y: { label: null, domain: facts.carriers.map((carrier) => CARRIER_NAMES[carrier]) },
            color: { type: 'identity' },
            marks: [
                Plot.barX(flows, {
                    x: 'amount',
                    y: 'carrier',
                    fill: 'colour',
                    order: KINDS.map(([, , colour]) => colour),
                    insetTop: 4,
                    insetBottom: 4,
                    inset: 0.5,
                }),
                Plot.ruleX([0], { stroke: 'var(--rule-strong)' }),
            ],
        },
        'Money that changed hands on each carrier, by what it was for',
    );
    return html`<section id="money">
        <h2>Money</h2>
        <p>
            What changed hands, in ${facts.currency}. Imbalance counts both what was paid to the network and what it
            paid. All ${fixed(facts.findings.postings.length, 0)} postings together sum to zero.
        </p>
        ${legend(KINDS.map(([, name, colour]) => [name, colour]))} ${chart}
        <div class="scroll">
            <table>
                <thead>
                    <tr>
                        <th>${facts.currency}</th>
                        ${KINDS.map(([, name]) => html`<th class="number">${name}</th>`)}
                    </tr>
                </thead>
                <tbody>
                    ${facts.carriers.map(
                        (carrier) =>
                            html`<tr>
                                <td>${CARRIER_NAMES[carrier]}</td>
                                ${KINDS.map(
                                    ([kind]) =>
                                        html`<td class="number">
                                            ${fixed(units(movedFor(facts, carrier, kind)), 2)}
                                        </td>`,
                                )}
                            </tr>`,
                    )}
                </tbody>
            </table>
        </div>
    </section>`;
}

/** Every movement is two postings; its size is what arrives. */
function movedFor({ findings }: Facts, carrier: Carrier, kind: PostingKind): bigint {
    const own = (posting: Posting): boolean => posting.kind === kind && posting.amountNano > 0n;
    return sum(
        findings.runs
            .filter((run) => run.carrier === carrier)
            .flatMap(({ postings }) => postings.filter(own).map(({ amountNano }) => amountNano)),
    );
}
