import { refusalOf } from '../check.js';
import { inParallel } from '../in-parallel.js';
import { type Concluded, type Stage, STANDING_ID } from '../stage.js';

/** Ordinary agreements enter into force under the standing verdict; what leaves its bounds needs a verdict of its own. */
export async function reviewAndFund(stage: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { journal } = stage;
    journal.heading('Review and fund');
    for (const { contract, agreementId } of concluded) {
        if (contract.abusive) {
            await reviewOne(stage, contract.draft.proposerId, agreementId);
        }
    }
    // Escrow comes from its parties' lanes, so one agreement of a party after the other.
    const funded = await inParallel(
        concluded,
        async ({ contract, agreementId }) => {
            const { agreements } = stage.cast.as(contract.draft.proposerId);
            return (await agreements.fund(agreementId, contract.abusive ? null : STANDING_ID)).blockNumber;
        },
        ({ contract }) => contract.draft.legs.flatMap(({ sellerId, buyerId }) => [sellerId, buyerId]),
    );
    journal.happenedToMany(`${concluded.length} agreements are funded and in force`, funded);
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
