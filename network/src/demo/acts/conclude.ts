import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import { draftTerms } from '@commonwatt/client';
import { refusalOf } from '../check.js';
import { inParallel } from '../in-parallel.js';
import type { Contract } from '../plan/plan.js';
import type { Concluded, Stage } from '../stage.js';
import { grant } from './qualify.js';

/** Parties sign drafts and conclude; what is forged on the way is refused. */
export async function conclude(stage: Stage): Promise<Concluded[]> {
    const { journal, plan } = stage;
    journal.heading('Conclude: every party signs');
    await refuseUnqualified(stage);
    const contracts = plan.contracts.filter(({ bids }) => bids.length === 0);
    const [first, ...others] = contracts;
    if (first === undefined) {
        return [];
    }
    const [firstConcluded] = [await concludeOne(stage, first, true)];
    const concluded = [
        firstConcluded,
        ...(await inParallel(others, (contract) => concludeOne(stage, contract), payersOf)),
    ];
    for (const { contract, agreementId, block } of concluded.filter(({ contract }) => contract.draft.legs.length > 1)) {
        const { parties, legs } = draftTerms(contract.draft);
        journal.happened(
            `concluded ${agreementId.slice(0, 8)}: ${contract.name}; ${parties.length} parties, ${legs.length} legs`,
            block,
        );
    }
    const bilateral = concluded.filter(({ contract }) => contract.draft.legs.length === 1);
    journal.happenedToMany(
        `concluded ${bilateral.length} agreements between two parties`,
        bilateral.map(({ block }) => block),
    );
    return concluded;
}

/**
 * Parties that set money aside: escrow comes from their lanes, so one agreement of a party after the other, while a seller
 * that owes nothing but energy concludes all of them at once.
 */
export const payersOf = ({ draft }: Contract): string[] =>
    prefunding(draftTerms(draft))
        .filter((holding) => heldBy(holding) > 0n)
        .map(({ participantId }) => participantId);

type InBlock = Concluded & Readonly<{ block: number | null }>;

/** Every party signs a contract's terms, and it is concluded. */
export async function concludeOne(stage: Stage, contract: Contract, forgedBefore = false): Promise<InBlock> {
    const terms = draftTerms(contract.draft);
    const consents = await consentsOf(stage, contract, terms);
    if (forgedBefore) {
        await refuseForgeries(stage, terms, consents);
    }
    const { agreements } = stage.cast.as(terms.proposerId);
    const { value, blockNumber } = await agreements.conclude(terms, consents);
    return { contract, agreementId: value.agreementId, block: blockNumber };
}

/** Everybody signs with a key of its own; who has given a mandate leaves that to its agent. */
async function consentsOf({ cast }: Stage, { agentId, draft }: Contract, terms: Terms): Promise<Consent[]> {
    const buyers = draft.legs.map(({ buyerId }) => buyerId);
    return Promise.all(
        terms.parties.map(async ({ participantId }) => {
            if (agentId === null || !buyers.includes(participantId)) {
                return cast.as(participantId).agreements.consent(terms, participantId);
            }
            const { mandates, agreements } = cast.as(agentId);
            const { mandateId } = await mandates.covering(participantId, agentId, {
                kind: 'agreement',
                terms,
                changes: null,
            });
            return agreements.consent(terms, participantId, { mandateId });
        }),
    );
}

/** A building that applied but is not qualified yet signs a proper agreement; it trades once it is qualified. */
async function refuseUnqualified(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const { newcomerId } = plan;
    const contract = plan.contracts.find(
        ({ draft, bids }) => bids.length === 0 && draft.legs.some(({ buyerId }) => buyerId === newcomerId),
    );
    const newcomer = plan.subjects.find(({ id }) => id === newcomerId);
    if (contract === undefined || newcomer === undefined) {
        return;
    }
    const terms = draftTerms(contract.draft);
    const consents = await consentsOf(stage, contract, terms);
    journal.check({
        name: `${newcomerId}, which the regulator has not qualified, is refused`,
        expected: 'QUALIFICATION_MISSING',
        observed: await refusalOf(() => cast.as(terms.proposerId).agreements.conclude(terms, consents)),
        block: null,
    });
    journal.happened(`the regulator qualifies ${newcomerId}, too`, await grant(stage, newcomer));
}

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
