import { expect } from 'chai';
import { UNPROTECTED } from './broken.js';
import { broken, PROMISES } from './coalition-promises.js';
import { Decisions } from './decisions.js';
import { type Coalition, COALITIONS } from '../support/coalitions.js';
import { securityTable } from '../support/security-page.js';
import { Exploration } from './exploration.js';
import { type Chaincodes, productChaincodes } from './explore.js';
import { forgeriesBy } from './forgeries.js';
import { type Bounds, sceneOf } from './scene.js';

const BOUNDS: Bounds = { parties: 2, legs: 1, slots: 1, facets: ['amendment'] };
/** Writes without any contract's consent; honest steps come before, between and after them, as many as there are. */
const FORGERIES_MAX = 2;
const STATES_MAX = 200_000;

const [TERMS] = PROMISES;

/** What a coalition can break, and by which way. */
async function attack(
    coalition: Coalition,
    chaincodes: Chaincodes = productChaincodes(),
): Promise<Readonly<{ breaches: ReturnType<typeof broken>; exploration: Exploration }>> {
    const scene = await sceneOf(BOUNDS);
    const decisions = new Decisions(scene.world, chaincodes);
    const forgeries = forgeriesBy(scene, coalition, FORGERIES_MAX);
    const exploration = await Exploration.of(scene.world, decisions, scene.steps, { statesMax: STATES_MAX, forgeries });
    return { breaches: broken(scene, exploration), exploration };
}

function tell(breaches: ReturnType<typeof broken>): void {
    for (const [promise, way] of breaches) {
        process.stdout.write(`      breaks "${promise}":\n${way.map((line) => `      ${line}\n`).join('')}`);
    }
}

describe('coalitions that write what they like, and everybody else who goes on', function () {
    this.timeout(120_000);
    const rows: string[][] = [];
    const honest = attack([]);

    for (const coalition of COALITIONS) {
        it(coalition.join(' + '), async () => {
            const { breaches, exploration } = await attack(coalition);
            process.stdout.write(`      ${exploration.states.length} states, ${exploration.by.length} steps\n`);
            tell(breaches);
            if (coalition.length < 3) {
                const reached = (await honest).exploration.states;
                expect(exploration.states, 'nothing but what honest steps reach').to.have.length(reached.length);
            }
            rows.push([coalition.join(' + '), ...PROMISES.map((promise) => (breaches.has(promise) ? 'broken' : '—'))]);
        });
    }

    it('are what the security page says', async () => {
        const header = ['organisations', ...PROMISES];
        expect(await securityTable('forgeries')).to.deep.equal([header, ...rows]);
    });

    it('get as far as the keys that the regulator saw and that signed before, and no further', async () => {
        const { exploration } = await attack(['operator', 'community', 'supplier']);
        const { at, move } = exploration.refusals.get('KEY_REPLACED') ?? { at: 0, move: null };
        process.stdout.write(
            exploration
                .way(at)
                .map((line) => `      ${line}\n`)
                .join(''),
        );
        expect(move?.name).to.match(/^(fund|enact version 2)/);
    });

    for (const { name, coalition, chaincodes } of UNPROTECTED) {
        it(`break signed terms when ${name}`, async () => {
            const { breaches } = await attack(coalition, chaincodes());
            tell(new Map([...breaches].filter(([promise]) => promise === TERMS)));
            expect([...breaches.keys()]).to.include(TERMS);
        });
    }
});
