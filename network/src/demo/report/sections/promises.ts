import type { Check } from '../../check.js';
import { type Html, html } from '../html.js';

/** What was put to the test while the day was played. */
export const promisesSection = (checks: readonly Check[]): Html =>
    html`<section id="promises">
        <h2>Promises</h2>
        <p>
            What the market promises, put to the test on the running network, attacks by its own organisations included.
        </p>
        <div class="scroll">
            <table>
                <thead>
                    <tr>
                        <th></th>
                        <th>promise</th>
                        <th>answer</th>
                        <th class="number">block</th>
                    </tr>
                </thead>
                <tbody>
                    ${checks.map(
                        (check) =>
                            html`<tr>
                                <td>${check.expected === check.observed ? '✓ kept' : '✗ broken'}</td>
                                <td>${check.name}</td>
                                <td><code>${shortened(check.observed)}</code></td>
                                <td class="number">${check.block ?? 'in none'}</td>
                            </tr>`,
                    )}
                </tbody>
            </table>
        </div>
    </section>`;

const shortened = (text: string): string => text.replace(/[0-9a-f]{64}/g, (hash) => `${hash.slice(0, 12)}…`);
