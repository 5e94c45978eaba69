import { refusalOf } from '../check.js';
import { type Concluded, type Stage, STANDING_ID } from '../stage.js';

/** Ordinary agreements enter into force under the standing verdict; what leaves its bounds needs a verdict of its own. */
export async function reviewAndFund(stage: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { cast, journal, plan } = stage;
    journal.heading('Review and fund');
    const { agreements } = cast.as(plan.retailer);
    for (const { contract, agreementId } of concluded) {
        const short = agreementId.slice(0, 8);
        if (contract.abusive) {
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
        const funded = await agreements.fund(agreementId, contract.abusive ? null : STANDING_ID);
        journal.happened(`${short} is funded and in force`, funded.blockNumber);
    }
}
