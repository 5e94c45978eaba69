import type { Check } from '../check.js';
import type { Findings } from '../findings.js';
import { Facts } from './facts.js';
import { html } from './html.js';
import { page } from './page.js';
import { assumptionsSection } from './sections/assumptions.js';
import { billsSection } from './sections/bills.js';
import { correctionsSection } from './sections/corrections.js';
import { energySection } from './sections/energy.js';
import { jointSection } from './sections/joint.js';
import { lifeSection } from './sections/life.js';
import { moneySection } from './sections/money.js';
import { pricesSection } from './sections/prices.js';
import { promisesSection } from './sections/promises.js';
import { summarySection } from './sections/summary.js';
import { tradesSection } from './sections/trades.js';

/** Where the measured profiles come from. */
const SOURCE = 'SimBench (ODbL 1.0)';

/** One self-contained page about the day: figures from the ledger only, assumptions marked. */
export function reportOf(findings: Findings, checks: readonly Check[]): string {
    const facts = new Facts(findings);
    const hasCorrections = findings.runs.some(({ run }) => run > 0);
    const sections = [
        ['energy', 'Energy'],
        ['money', 'Money'],
        ['prices', 'Prices'],
        ['trades', 'Who traded with whom'],
        ['joint', 'One energy from another'],
        ['bills', 'Bills'],
        ['life', 'Life of one agreement'],
        ['corrections', 'Corrections'],
        ['promises', 'Promises'],
        ['assumptions', 'Assumptions'],
    ] as const;
    return page('A day of Commonwatt', [
        summarySection(facts),
        html`<nav>
            ${sections.filter(([id]) => hasCorrections || id !== 'corrections').map(([id, name]) => html`<a href="#${id}">${name}</a>`)}
        </nav>`,
        energySection(facts),
        moneySection(facts),
        pricesSection(facts),
        tradesSection(facts),
        jointSection(facts),
        billsSection(facts),
        lifeSection(facts),
        correctionsSection(facts),
        promisesSection(checks),
        assumptionsSection(SOURCE),
    ]);
}
