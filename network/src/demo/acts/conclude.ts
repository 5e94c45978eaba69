import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { draftTerms } from '@commonwatt/client';
import { refusalOf } from '../check.js';
import type { Contract } from '../plan.js';
import type { Concluded, Stage } from '../stage.js';

/** Parties sign and conclude; what is forged on the way is refused. */
export async function conclude(stage: Stage): Promise<Concluded[]> {
    const { cast, journal, plan } = stage;
    journal.heading('Conclude: every party signs');
    await refuseUnqualified(stage);
    const concluded: Concluded[] = [];
    for (const contract of plan.contracts) {
        const terms = draftTerms(contract.draft);
        const consents = await consentsOf(stage, terms);
        if (concluded.length === 0) {
            await refuseForgeries(stage, terms, consents);
        }
        const { value, blockNumber } = await cast.as(contract.draft.proposerId).agreements.conclude(terms, consents);
        journal.happened(`concluded ${value.agreementId.slice(0, 8)}: ${contract.name}`, blockNumber);
        concluded.push({ contract, agreementId: value.agreementId });
    }
    return concluded;
}

async function consentsOf(stage: Stage, terms: Terms): Promise<Consent[]> {
    return Promise.all(
        terms.parties.map(({ participantId }) => stage.cast.as(participantId).agreements.consent(terms, participantId)),
    );
}

/** A building that applied but was never qualified signs a proper agreement. */
async function refuseUnqualified(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const [template] = plan.contracts.filter((contract) => contract.draft.proposerId === plan.retailer);
    if (template === undefined) {
        return;
    }
    const terms = draftTerms(toBuyer(template, plan.newcomer.id));
    const consents = await consentsOf(stage, terms);
    journal.check({
        name: `${plan.newcomer.id}, which the regulator has not qualified, is refused`,
        expected: 'QUALIFICATION_MISSING',
        observed: await refusalOf(() => cast.as(plan.retailer).agreements.conclude(terms, consents)),
        block: null,
    });
}

const toBuyer = ({ draft }: Contract, buyerId: string): Contract['draft'] => ({
    ...draft,
    legs: draft.legs.map((leg) => ({ ...leg, buyerId, buyerPoint: buyerId })),
});

/** One watt-hour more than signed, and one bit of a signature. */
async function refuseForgeries(stage: Stage, terms: Terms, consents: readonly Consent[]): Promise<void> {
    const { cast, journal } = stage;
    const { agreements } = cast.as(terms.proposerId);
    const forgedTerms: Terms = {
        ...terms,
        legs: terms.legs.map((leg) => ({ ...leg, energyWh: leg.energyWh.map((energy) => energyWh(energy + 1n)) })),
    };
    journal.check({
        name: 'terms changed after the signatures are refused',
        expected: 'SIGNATURE_INVALID',
        observed: await refusalOf(() => agreements.conclude(forgedTerms, consents)),
        block: null,
    });
    const forgedConsents = consents.map((consent, index) =>
        index === 0 ? { ...consent, signature: flipBit(consent.signature) } : consent,
    );
    journal.check({
        name: 'one flipped bit in a signature is refused',
        expected: 'SIGNATURE_INVALID',
        observed: await refusalOf(() => agreements.conclude(terms, forgedConsents)),
        block: null,
    });
}

/** Flips the lowest bit of the first byte of a hex text. */
export const flipBit = (hex: string): string =>
    (parseInt(hex.slice(0, 2), 16) ^ 1).toString(16).padStart(2, '0') + hex.slice(2);
