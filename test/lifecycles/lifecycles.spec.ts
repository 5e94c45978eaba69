import { expect } from 'chai';
import { SEED } from '../support/property.js';
import { play } from './run.js';

/** Enough that every verb succeeds and every end is reached; `npm run test:lifecycles` plays ten thousand. */
const COUNT = 150;

const VERBS = [
    'account:cover',
    'agreement:cancel',
    'agreement:conclude',
    'agreement:fund',
    'agreement:lapse',
    'agreement:release',
    'consent:withdraw',
    'amendment:enact',
    'halt:lift',
    'halt:set',
    'offer:accept',
    'offer:counter',
    'qualification:suspend',
    'account:draw-cover',
    'account:fund-subsidy',
    'account:request-payout',
    'calorific:publish',
    'force-majeure:declare',
    'statement:submit',
    'connection:set',
    'connection:transfer',
    'admission:run',
    'conformity:certify',
    'conformity:withdraw',
    'mandate:grant',
    'meter:exchange',
    'participant:leave',
    'participant:permit-key',
    'participant:refuse-key',
    'participant:rotate-key',
    'participant:wind-up',
    'reading:submit',
    'requirement:publish',
    'screening:admit',
    'screening:refuse',
    'settlement:run',
    'settlement:reconcile',
    'dispute:raise',
    'dispute:decide',
    'dispute:confirm',
    'dispute:reject',
    'dispute:close',
    'verdict:reject',
    'verdict:terminate',
] as const;

const FACTS = [
    'a forged amendment refused',
    'a forged cancellation refused',
    'a forged consent refused',
    'a forged reading refused',
    'a forged verdict refused',
    'a command sent again without effect',
    'admitted versions in force',
    'agreements as networks ask',
    'agreements completed',
    'agreements lapsed',
    'agreements terminated',
    'agreements of 6 legs',
    'agreements of 4 parties',
    'agreements with conversions',
    'agreements on electricity',
    'agreements on heat',
    'agreements on cooling',
    'agreements on gas',
    'agreements on mobility',
    'agreements on coal',
    'agreements on oil',
    'agreements verified by a source',
    'a forged statement refused',
    'default amounts below the cap',
    'default amounts that reach the cap',
    'consents by agents',
    'corrected default',
    'corrected energy',
    'corrected imbalance',
    'default amounts passed on',
    'final runs',
    'legs short where force majeure struck',
    'flows within shares',
    'sales within ratings',
    'slots in force as admitted',
    'participants wound up after trading',
    'participants not wound up after trading',
    'payouts of who has left',
    'results estimated',
    'results measured',
    'results missing',
    'results replaced',
    'slots sold by certified devices',
] as const;

describe('random lifecycles', function () {
    this.timeout(600_000);

    it('break no rule, and reach every end', async () => {
        const startedMs = performance.now();
        const { tally, failure } = await play({ seed: SEED, count: COUNT });
        const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
        process.stdout.write(`      ${tally.lifecycles} lifecycles, seed ${SEED}, ${seconds} s\n`);
        if (failure !== null) {
            const replay = `npm run test:lifecycles -- --seed ${failure.seed} --path ${failure.path}`;
            throw new Error(`${failure.message}\nreplay: ${replay}`);
        }
        expect(VERBS.filter((verb) => tally.succeeded(verb) === 0)).to.deep.equal([]);
        expect(FACTS.filter((fact) => tally.times(fact) === 0)).to.deep.equal([]);
    });
});
