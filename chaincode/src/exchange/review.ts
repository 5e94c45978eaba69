import { type Agreement, carriersOf, type Terms } from '../domain/agreement.js';
import type { Carrier } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { gatesDelivery, type Halt, haltEndSlot } from '../domain/halt.js';
import { demandPermit, demandQualified, demandSamePerson, type Qualification } from '../domain/qualification.js';
import type { SlotIndex } from '../domain/units.js';
import { centrallyScreened, demandAdmission } from '../domain/screening.js';
import {
    demandApproval,
    demandNoRefusal,
    demandWithinStanding,
    type StandingVerdict,
    type Verdict,
} from '../domain/verdict.js';
import type { Json } from '../wire/canonical.js';
import { haltCodec } from '../wire/halt.js';
import { qualificationCodec } from '../wire/qualification.js';
import type { Lookup } from '../wire/query.js';
import { standingVerdictCodec, verdictCodec } from '../wire/verdict.js';
import { HALT, SCREENING } from '../store/keys.js';
import { demandCovers } from './indebtedness.js';
import { ancestorKey } from './key-succession.js';
import { loadParties } from './parties.js';
import type { TradeContext } from './trade-context.js';

/**
 * Checks with the weak centre that a participant may trade, and that those who sign for it are qualified.
 * @throws QUALIFICATION_MISSING · QUALIFICATION_OF_ANOTHER · KEY_REPLACED
 */
export async function demandPermits(
    ctx: TradeContext,
    participantId: string,
    trades: readonly Readonly<{ carrier: Carrier; side: 'buy' | 'sell' }>[],
    agentIds: readonly string[],
): Promise<void> {
    const subjectIds = [...new Set([participantId, ...agentIds])];
    const answers = await ctx.lookUp(subjectIds.map((id): Lookup => ({ type: 'qualification', participantId: id })));
    const qualifications = await qualificationsIn(ctx, subjectIds, answers);
    for (const { carrier, side } of trades) {
        demandPermit(participantId, qualifications.get(participantId) ?? null, carrier, side);
    }
    for (const agentId of agentIds) {
        demandQualified(agentId, qualifications.get(agentId) ?? null);
    }
}

/**
 * What the weak centre answered, of who stands under the pseudonyms today: the qualified certificate, and a key that descends
 * from the qualified one by signatures. A key that replaced a lost one without needs a qualification of its own.
 * @throws QUALIFICATION_OF_ANOTHER · KEY_REPLACED {participantId, keyId}
 */
async function qualificationsIn(
    ctx: TradeContext,
    subjectIds: readonly string[],
    answers: readonly (Json | null)[],
): Promise<Map<string, Qualification>> {
    const qualifications = new Map<string, Qualification>();
    for (const [position, participantId] of subjectIds.entries()) {
        const answer = answers[position] ?? null;
        if (answer !== null) {
            const qualification = qualificationCodec.fromJson(answer);
            const participant = await ctx.participant(participantId);
            demandSamePerson(participant, qualification.statement);
            await ancestorKey(ctx, participant, qualification.statement.person.keyId);
            qualifications.set(participantId, qualification);
        }
    }
    return qualifications;
}

/**
 * Checks with the weak centre that every party may trade what the terms say, that no halt covers slots in which they deliver, and
 * that no party is suspended for what it owes.
 * @param agentIds who signs for parties: the regulator has to qualify them, too
 * @param fromSlot first slot that the terms decide; what is delivered before is not asked again
 * @throws QUALIFICATION_MISSING · QUALIFICATION_OF_ANOTHER · KEY_REPLACED · MARKET_HALTED · COVER_EXHAUSTED {participantId, carrier, balanceNano}
 */
export async function demandTradable(
    ctx: TradeContext,
    terms: Terms,
    agentIds: readonly string[] = [],
    fromSlot: SlotIndex = terms.firstSlot,
): Promise<void> {
    const carriers = carriersOf(terms);
    const partyIds = terms.parties.map((party) => party.participantId);
    const subjectIds = [...new Set([...partyIds, ...agentIds])];
    const lookups: Lookup[] = [
        ...subjectIds.map((participantId): Lookup => ({ type: 'qualification', participantId })),
        ...carriers.map((carrier): Lookup => ({ type: 'halt', carrier })),
    ];
    const answers = await ctx.lookUp(lookups);
    const qualifications = await qualificationsIn(ctx, subjectIds, answers);
    for (const { carrier, sellerId, buyerId } of terms.legs) {
        demandPermit(sellerId, qualifications.get(sellerId) ?? null, carrier, 'sell');
        demandPermit(buyerId, qualifications.get(buyerId) ?? null, carrier, 'buy');
    }
    for (const agentId of agentIds) {
        demandQualified(agentId, qualifications.get(agentId) ?? null);
    }
    for (const [position, carrier] of carriers.entries()) {
        const answer = answers[subjectIds.length + position];
        const ofRegulator = answer == null ? null : haltCodec.fromJson(answer);
        demandNotHalted([ofRegulator, await ctx.ledger.get(HALT, carrier)], terms, fromSlot);
    }
    await demandCovers(ctx, terms);
}

/**
 * The last halt of either side is the only one that is not over, so no scan is needed: whoever sets one writes what is
 * read here.
 * @throws MARKET_HALTED {carrier, untilSlot}
 */
function demandNotHalted(halts: readonly (Halt | null)[], terms: Terms, fromSlot: SlotIndex): void {
    for (const halt of halts.filter((each) => each !== null)) {
        const operands = { carrier: halt.statement.carrier, untilSlot: haltEndSlot(halt) };
        demand(!gatesDelivery(halt, terms, fromSlot), 'MARKET_HALTED', operands);
    }
}

/**
 * An agreement, or a version of it, is approved: by a verdict of its own or within the named standing verdict.
 * @throws VERDICT_MISSING · STANDING_VERDICT_EXCEEDED
 */
export async function demandReviewed(
    ctx: TradeContext,
    agreement: Agreement,
    standingId: string | null,
): Promise<void> {
    const { verdict, standing } = await review(ctx, agreement, standingId);
    if (standingId === null) {
        demandApproval(agreement, verdict);
        return;
    }
    demandNoRefusal(agreement.agreementId, verdict);
    demandWithinStanding(agreement.terms, await loadParties(ctx, agreement.terms), standing, standingId);
}

/**
 * The regulator has said no neither to this version nor to the agreement: no later version takes up again what it ended.
 * @throws VERDICT_MISSING {agreementId, decision}
 */
export async function demandNotRefused(ctx: TradeContext, agreement: Agreement): Promise<void> {
    const { verdict } = await review(ctx, agreement, null);
    demandNoRefusal(agreement.agreementId, verdict);
}

/** What the regulator has said of an agreement, by its termination or of its version in force, and the standing verdict that is claimed for it. */
export async function review(
    ctx: TradeContext,
    agreement: Agreement,
    standingId: string | null,
): Promise<{ verdict: Verdict | null; standing: StandingVerdict | null }> {
    const { agreementId, terms } = agreement;
    const [verdict, standing] = await ctx.lookUp([
        { type: 'verdict', agreementId, version: terms.version },
        ...(standingId === null ? [] : [{ type: 'standing', standingId } as const]),
    ]);
    return {
        verdict: verdict == null ? null : verdictCodec.fromJson(verdict),
        standing: standing == null ? null : standingVerdictCodec.fromJson(standing),
    };
}

/** Where the rules say so, the network operator has admitted these very terms. @throws ADMISSION_MISSING */
export async function demandAdmitted(ctx: TradeContext, agreement: Agreement): Promise<void> {
    const { agreementId, terms } = agreement;
    for (const carrier of centrallyScreened(terms, await ctx.rulesOf(terms))) {
        demandAdmission(agreement, carrier, await ctx.ledger.get(SCREENING, agreementId, terms.version, carrier));
    }
}
