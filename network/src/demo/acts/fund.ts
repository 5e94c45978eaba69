import { roundsOf } from '@commonwatt/client';
import { refusalOf } from '../check.js';
import { inParallel } from '../in-parallel.js';
import { type Concluded, type Stage, STANDING_ID } from '../stage.js';
import { concludeOne } from './conclude.js';

/** Ordinary agreements enter into force under the standing verdict; what leaves its bounds needs a verdict of its own. */
export async function reviewAndFund(stage: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { journal } = stage;
    journal.heading('Review and fund');
    for (const { contract, agreementId } of concluded) {
        if (contract.abusive) {
            await reviewOne(stage, contract.draft.proposerId, agreementId);
        }
    }
    await admitAll(stage, concluded);
    const funded = await inParallel(concluded, (each) => fundOne(stage, each));
    journal.happenedToMany(`${concluded.length} agreements are in force`, funded);
    await refuseOversized(stage);
}

/** Rounds of admission share out what connections carry, each for as many agreements as a round takes. */
async function admitAll({ cast, journal }: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { admissions } = cast.as('platform');
    const rounds = roundsOf(concluded.map(({ agreementId }) => ({ agreementId, version: 1 })));
    const blocks: (number | null)[] = [];
    for (const round of rounds) {
        blocks.push((await admissions.run(round)).blockNumber);
    }
    journal.happenedToMany(`${rounds.length} rounds of admission set aside what connections carry`, blocks);
}

/** What the network cannot carry never enters into force, whoever has signed it; it lapses when its time comes. */
async function refuseOversized(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const { contract, agreementId } = await concludeOne(stage, plan.oversized);
    const round = await cast.as(contract.draft.proposerId).admissions.run([{ agreementId, version: 1 }]);
    journal.check({
        name: `more than a connection carries is refused: ${contract.name}`,
        expected: 'CONNECTION_OVERLOADED',
        observed: round.value[0]?.reason?.code ?? 'admitted',
        block: null,
    });
    journal.check({
        name: `and never enters into force: ${contract.name}`,
        expected: 'CAPACITY_MISSING',
        observed: await refusalOf(() => cast.as(contract.draft.proposerId).agreements.fund(agreementId, STANDING_ID)),
        block: null,
    });
}

/** Has capacity set aside for an agreement by itself. */
export async function admitOne({ cast }: Stage, { contract, agreementId }: Concluded): Promise<void> {
    await cast.as(contract.draft.proposerId).admissions.run([{ agreementId, version: 1 }]);
}

/** Under the standing verdict, or under one of its own. */
export async function fundOne({ cast }: Stage, { contract, agreementId }: Concluded): Promise<number | null> {
    const { agreements } = cast.as(contract.draft.proposerId);
    return (await agreements.fund(agreementId, contract.abusive ? null : STANDING_ID)).blockNumber;
}

async function reviewOne({ cast, journal }: Stage, proposerId: string, agreementId: string): Promise<void> {
    const { agreements } = cast.as(proposerId);
    const short = agreementId.slice(0, 8);
    journal.check({
        name: `${short} leaves the bounds of the standing verdict`,
        expected: 'STANDING_VERDICT_EXCEEDED',
        observed: await refusalOf(() => agreements.fund(agreementId, STANDING_ID)),
        block: null,
    });
    const { agreement } = await agreements.show(agreementId);
    const approved = await cast.as('reviewer').verdicts.approve(agreement, 'noObjection');
    journal.happened(`the regulator approves ${short}`, approved.blockNumber);
}
