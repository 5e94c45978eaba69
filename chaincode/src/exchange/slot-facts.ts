import { calorificFact, valueInForce } from '../domain/calorific.js';
import type { Carrier } from '../domain/charter.js';
import { carriersInto } from '../domain/conversion.js';
import type { DeliveringAgreement } from '../domain/delivery.js';
import { confirmedPoints, declaredFacts, type StruckPoint } from '../domain/force-majeure.js';
import type { Halt } from '../domain/halt.js';
import type { Participant } from '../domain/participant.js';
import type { SlotInput } from '../domain/settlement.js';
import type { CalorificWhPerM3, SlotIndex } from '../domain/units.js';
import { calorificHashOf } from '../wire/calorific.js';
import { haltsCovering } from '../store/halts.js';
import { CALORIFIC, STRUCK_POINTS } from '../store/keys.js';
import { factFindings } from './confirmed-facts.js';
import type { TradeContext } from './trade-context.js';

/** What may waive default amounts in a slot, and of whom: parties are looked up only where something does. */
export async function waiversOf(
    ctx: TradeContext,
    agreements: readonly DeliveringAgreement[],
    carrier: Carrier,
    slot: SlotIndex,
): Promise<Pick<SlotInput, 'halts' | 'struck' | 'participants'>> {
    const halts = await haltsOf(ctx, carrier, slot);
    const struck = await struckPoints(ctx, carrier, slot);
    const isWaived = halts.length + struck.length > 0;
    return { halts, struck, participants: isWaived ? await partiesOf(ctx, agreements) : new Map() };
}

/** Points struck in a slot, as the regulator has confirmed: a declaration that it has not confirmed is as none. */
async function struckPoints(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<readonly StruckPoint[]> {
    const declared = await ctx.ledger.get(STRUCK_POINTS, carrier, slot);
    return confirmedPoints(declared, await factFindings(ctx, declaredFacts(declared)));
}

/** Parties of agreements, by id. */
async function partiesOf(
    ctx: TradeContext,
    agreements: readonly DeliveringAgreement[],
): Promise<ReadonlyMap<string, Participant>> {
    const participants = new Map<string, Participant>();
    for (const { participantId } of agreements.flatMap(({ terms }) => terms.parties)) {
        participants.set(participantId, participants.get(participantId) ?? (await ctx.participant(participantId)));
    }
    return participants;
}

/** Halts of both sides whose waiver covers the slot. */
async function haltsOf(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<readonly Halt[]> {
    const { haltGraceSlots } = await ctx.rulesAt(slot);
    return [
        ...(await haltsCovering(ctx.ledger, carrier, slot, haltGraceSlots)),
        ...(await ctx.supervisionHalts(carrier, slot, haltGraceSlots)),
    ];
}

/** Carriers that something of this one is made from. */
export const inputCarriers = (agreements: readonly DeliveringAgreement[], carrier: Carrier): Carrier[] => [
    ...new Set(agreements.flatMap(({ terms }) => carriersInto(terms, carrier))),
];

/** Calorific value of the slot's gas that counts; `null` for other carriers, and until there is one. */
export async function calorificOf(
    ctx: TradeContext,
    carrier: Carrier,
    slot: SlotIndex,
): Promise<CalorificWhPerM3 | null> {
    const published = carrier === 'gas' ? await ctx.ledger.get(CALORIFIC, slot) : null;
    const versions = published?.versions ?? [];
    const facts = versions.map(({ statement }) => calorificFact(statement, calorificHashOf(statement)));
    return valueInForce(versions, await factFindings(ctx, facts));
}
