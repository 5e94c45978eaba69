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
    const funded = await inParallel(concluded, (each) => fundOne(stage, each));
    journal.happenedToMany(`${concluded.length} agreements are in force`, funded);
    await refuseOversized(stage);
}

/** What the network cannot carry never enters into force, whoever has signed it; it lapses when its time comes. */
async function refuseOversized(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const { contract, agreementId } = await concludeOne(stage, plan.oversized);
    journal.check({
        name: `more than a connection carries is refused: ${contract.name}`,
        expected: 'CONNECTION_OVERLOADED',
        observed: await refusalOf(() => cast.as(contract.draft.proposerId).agreements.fund(agreementId, STANDING_ID)),
        block: null,
    });
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
