import { expect } from 'chai';
import { bases } from './base.js';
import { Counts } from './counts.js';
import { ABUSES, ACTORS, misuse, SUBMITTED } from './play.js';
import { EFFORT, SEED, UNTIL_MS } from '../../support/property.js';

const WORLDS = 200;
const ATTEMPTS_A_WORLD = 108;
/** Misuses by each role at least, and of each verb: a thousand of these, too, from ten times the usual effort on. */
const ROLE_LEAST = 1_000;
const VERB_LEAST = 100;

/** Verbs that may stay undone: some only a meter, a source, all four organisations or another day gets done. */
const UNDONE_MOST = 13;

describe('misuse of every seat, by every participant and the agent, in random worlds', function () {
    this.timeout(1_200_000 * Math.max(1, EFFORT));

    it('is known for every verb', () => {
        expect(Object.keys(ABUSES).sort()).to.deep.equal([...SUBMITTED].sort());
    });

    it('locks nobody honest beyond its terms, binds nobody unsigned, costs a principal no more than its mandate', async () => {
        const counts = new Counts();
        const all = await bases();
        const startedMs = performance.now();
        let worlds = 0;
        while (worlds < WORLDS * EFFORT && Date.now() < UNTIL_MS) {
            await misuse(all, SEED + worlds, ATTEMPTS_A_WORLD, counts);
            worlds += 1;
        }
        const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
        const meant = worlds < WORLDS * EFFORT ? ` of ${WORLDS * EFFORT}` : '';
        const lines = [
            `${worlds}${meant} worlds of misuse, seeds from ${SEED}, ${seconds} s`,
            `${counts.attempts} misuses, accepted of attempted by role and phase:`,
            ...counts.lines(),
        ];
        process.stdout.write(`      ${lines.join('\n      ')}\n`);
        if (meant === '') {
            const { role, actor, verb } = counts.least;
            expect(role, 'by each role').to.be.at.least(ROLE_LEAST * EFFORT);
            expect(actor, `by each of ${ACTORS.length}`).to.be.at.least((ROLE_LEAST / 4) * EFFORT);
            expect(verb, 'of each verb').to.be.at.least(VERB_LEAST * EFFORT);
            expect(counts.neverDone.length, counts.neverDone.join()).to.be.at.most(UNDONE_MOST);
        }
    });
});
