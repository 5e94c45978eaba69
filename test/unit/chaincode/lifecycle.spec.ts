import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
    AGREEMENT_STATES,
    type AgreementState,
    FINAL_STATES,
    LIFECYCLE,
    nextAgreementState,
    seatFor,
} from '@commonwatt/chaincode/domain/lifecycle';
import { SEAT_KINDS } from '@commonwatt/chaincode/domain/seat';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const isFile = (path: string): boolean => existsSync(`${repository}${path}`);

/** `terms`, `escrow`, `posting` and the like are parts of nouns; these are the nouns themselves. */
const steps = LIFECYCLE.filter((step) => step.role !== 'automatic');
const sidesOf = (chaincode: (typeof LIFECYCLE)[number]['chaincode']): ('supervision' | 'exchange')[] =>
    chaincode === 'both' ? ['supervision', 'exchange'] : [chaincode];

describe('the law of the noun', () => {
    for (const noun of new Set(LIFECYCLE.map((step) => step.noun))) {
        const sides = new Set(
            LIFECYCLE.filter((step) => step.noun === noun).flatMap((step) => sidesOf(step.chaincode)),
        );
        const files = [
            `chaincode/src/domain/${noun}.ts`,
            `chaincode/src/wire/${noun}.ts`,
            ...[...sides].map((side) => `chaincode/src/${side}/${noun}-contract.ts`),
            `client/src/${noun}-client.ts`,
        ];
        it(`${noun} has a file in every layer`, () => {
            expect(files.filter((file) => !isFile(file))).to.deep.equal([]);
        });
    }

    for (const { noun, verb } of steps) {
        it(`${noun} ${verb} is a command`, () => {
            expect(isFile(`client/src/cli/${noun}/${verb}.ts`), `client/src/cli/${noun}/${verb}.ts`).to.equal(true);
        });
    }
});

describe('the lifecycle table', () => {
    const verbsOf = (table: Readonly<Record<string, { mode: string }>>, mode: string): string[] =>
        Object.entries(table).flatMap(([verb, each]) => (each.mode === mode ? [verb] : []));
    const namesIn = (side: 'supervision' | 'exchange'): string[] => [
        ...new Set(
            steps.filter((step) => sidesOf(step.chaincode).includes(side)).map((step) => `${step.noun}:${step.verb}`),
        ),
    ];

    it('lists exactly the verbs that change the ledger', () => {
        expect(namesIn('supervision')).to.have.members(verbsOf(SUPERVISION_VERBS, 'submit'));
        expect(namesIn('exchange')).to.have.members(verbsOf(EXCHANGE_VERBS, 'submit'));
    });

    it('lists each step once', () => {
        const names = LIFECYCLE.map(({ chaincode, noun, verb, from }) => `${chaincode} ${noun} ${verb} ${from.join()}`);
        expect(new Set(names)).to.have.length(names.length);
    });

    it('is in trade order', () => {
        const phases = LIFECYCLE.map((step) => step.phase).filter((phase, index, all) => phase !== all[index - 1]);
        expect(phases).to.deep.equal([
            'establish',
            'qualify',
            'offer',
            'conclude',
            'review',
            'screen',
            'fund',
            'deliver',
            'meter',
            'settle',
            'reconcile',
        ]);
    });

    it('lets no step leave a final state and reaches every state', () => {
        const agreementSteps = LIFECYCLE.filter((step) => step.noun === 'agreement' && step.verb !== 'withdraw');
        for (const step of agreementSteps) {
            expect(step.from.filter((state) => FINAL_STATES.includes(state as AgreementState))).to.deep.equal([]);
        }
        expect([...new Set(agreementSteps.flatMap((step) => step.to))]).to.have.members([...AGREEMENT_STATES]);
    });

    it('decides the next state of an agreement, and nothing else does', () => {
        const allowed: Readonly<Record<string, AgreementState>> = {
            'lapse concluded': 'lapsed',
            'fund concluded': 'inForce',
            'release inForce': 'windingDown',
            'cancel concluded': 'lapsed',
            'cancel inForce': 'windingDown',
            'close inForce': 'completed',
            'close windingDown': 'terminated',
        };
        for (const verb of ['lapse', 'fund', 'release', 'cancel', 'close', 'conclude', 'withdraw', 'nonsense']) {
            for (const state of AGREEMENT_STATES) {
                const next = allowed[`${verb} ${state}`];
                if (next === undefined) {
                    expectRefusal(() => nextAgreementState(verb, state), 'AGREEMENT_STATE', { verb, state });
                } else {
                    expect(nextAgreementState(verb, state)).to.equal(next);
                }
            }
        }
    });

    it('names a seat for the steps that officers take and for no other', () => {
        for (const step of steps) {
            const isOfficial = SEAT_KINDS.some((kind) => kind === step.role);
            for (const side of step.chaincode === 'both' ? [] : [step.chaincode]) {
                if (isOfficial) {
                    expect(seatFor(side, step.noun, step.verb)).to.equal(step.role);
                } else {
                    expectRefusal(() => seatFor(side, step.noun, step.verb), 'INVARIANT_BROKEN');
                }
            }
        }
    });
});
