import { type Agreement, endSlot, type Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { assert, demand } from './errors.js';
import type { Participant } from './participant.js';
import { sourceOf } from './source.js';
import type { Side } from './trades-of-kind.js';
import {
    type AmountNano,
    type EnergyWh,
    excess,
    NO_ENERGY,
    NO_MONEY,
    plus,
    type PriceMicroPerKwh,
    type SlotIndex,
    wholeParts,
} from './units.js';
import { costWithin, type SlotCase, type WorstCase, worstCase } from './worst-case.js';

export { type Side, SIDES } from './trades-of-kind.js';

/** What an agent may sign; moves of a negotiation besides, where it may sign what they lead to. */
export const SIGNABLES = ['agreement', 'amendment', 'cancellation', 'offer'] as const;
export type Signable = (typeof SIGNABLES)[number];

/** Most lanes, and most sources, that a mandate names. */
export const MANDATE_LANES_MAX = 64;
export const MANDATE_SOURCES_MAX = 16;

/**
 * What a principal lets an energy seller sign in its name (paper §2.2: the seller as agent). Both keys are named, so
 * that nobody else's signature counts under it. A mandate is known by the hash of this statement: it can never say
 * anything else, and one that is revoked never comes back.
 */
export type MandateStatement = Readonly<{
    principalId: string;
    principalKeyId: string;
    agentId: string;
    agentKeyId: string;
    /** What the agent may sign. To end what it has signed is a right of its own. */
    documents: readonly Signable[];
    /** It may also amend and end what the principal, or another agent, has signed: else only what stands under it. */
    mayChangeOthers: boolean;
    carriers: readonly Carrier[];
    /** What the principal does under it. */
    sides: readonly Side[];
    /** Of every leg, bought or sold: a principal that wants a band for each side gives a mandate for each. */
    priceMinMicroPerKwh: PriceMicroPerKwh;
    priceMaxMicroPerKwh: PriceMicroPerKwh;
    /** Most energy in one slot, bought and sold, over all that the agent signs for. */
    slotEnergyMaxWh: EnergyWh;
    /** Most that all that it signs can cost the principal at worst: in one slot, in 96, and over the mandate's life. */
    slotCostMaxNano: AmountNano;
    dayCostMaxNano: AmountNano;
    totalCostMaxNano: AmountNano;
    /** Of the whole, most in default amounts. */
    totalDefaultMaxNano: AmountNano;
    /** Lanes of the principal's account that may fund it. */
    lanes: readonly number[];
    /** Sources that may state delivery in the place of meters. */
    sourceIds: readonly string[];
    /** Delivery is over when this slot begins. */
    untilSlot: SlotIndex;
    /** The agent may be another party of the agreement, or sign for another. */
    mayDealWithAgent: boolean;
    /** Tells apart mandates of equal content. */
    salt: string;
}>;

export type Mandate = Readonly<{
    mandateId: string;
    statement: MandateStatement;
    /** The principal's. */
    signature: string;
    isRevoked: boolean;
}>;

/** @throws MANDATE_INVALID {reason} unless the parties exist as the statement says, and the agent is an energy seller */
export function checkMandate(statement: MandateStatement, agent: Participant): void {
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'MANDATE_INVALID', { reason });
    };
    assert(agent.participantId === statement.agentId, 'the agent is the one named');
    invalid(agent.kind === 'energySeller', 'an agent is an energy seller');
    invalid(statement.principalId !== statement.agentId, 'nobody is its own agent');
    invalid(statement.carriers.length > 0 && statement.sides.length > 0, 'some trade is allowed');
    invalid(
        statement.priceMinMicroPerKwh <= statement.priceMaxMicroPerKwh,
        'the lowest price is not above the highest',
    );
    invalid(statement.slotEnergyMaxWh > 0n, 'some energy is allowed');
    invalid(statement.lanes.length > 0, 'it names no lane');
    const { documents } = statement;
    invalid(documents.length > 0, 'it names no document');
    const leads = !documents.includes('offer') || documents.includes('agreement');
    invalid(leads, 'its offers lead to no agreement that it covers');
}

/** @throws MANDATE_REVOKED {mandateId} */
export function demandInForce({ mandateId, isRevoked }: Mandate): void {
    demand(!isRevoked, 'MANDATE_REVOKED', { mandateId });
}

/** A document that somebody signs in the principal's name. */
export type SignedDocument = Readonly<{
    kind: Signable;
    terms: Terms;
    /** What it amends or ends; `null` of what is new. */
    changes: Agreement | null;
}>;

/** Whether the principal was bound to an agreement under this mandate. */
const standsUnder = (mandateId: string, principalId: string, { consents }: Agreement): boolean =>
    consents.some((consent) => consent.participantId === principalId && consent.mandateId === mandateId);

/** The document is one that the agent may sign, about what it may touch. @throws MANDATE_EXCEEDED {mandateId, bound} */
export function demandMaySign({ mandateId, statement }: Mandate, { kind, changes }: SignedDocument): void {
    const within = (holds: boolean, bound: string): void => {
        demand(holds, 'MANDATE_EXCEEDED', { mandateId, bound });
    };
    within(statement.documents.includes(kind), 'documents');
    const isOwn = changes === null || standsUnder(mandateId, statement.principalId, changes);
    within(isOwn || statement.mayChangeOthers, 'mayChangeOthers');
}

/**
 * Every leg that the principal is in lies within the bounds, and the terms alone cost and bind it no more than all that
 * is signed may. @throws MANDATE_EXCEEDED {mandateId, bound}
 */
export function demandCovered(mandate: Mandate, terms: Terms): void {
    const { mandateId, statement } = mandate;
    const within = (holds: boolean, bound: string): void => {
        demand(holds, 'MANDATE_EXCEEDED', { mandateId, bound });
    };
    const { principalId, agentId, sides, carriers, lanes, sourceIds } = statement;
    for (const { carrier, sellerId, buyerId, priceMicroPerKwh } of legsOf(terms, principalId)) {
        within(carriers.includes(carrier), 'carriers');
        within(sellerId !== principalId || sides.includes('sell'), 'sides');
        within(buyerId !== principalId || sides.includes('buy'), 'sides');
        for (const price of priceMicroPerKwh) {
            within(price >= statement.priceMinMicroPerKwh && price <= statement.priceMaxMicroPerKwh, 'price');
        }
    }
    within(endSlot(terms) <= statement.untilSlot, 'untilSlot');
    const own = terms.parties.find(({ participantId }) => participantId === principalId);
    within(own === undefined || lanes.includes(own.lane), 'lanes');
    const sourceId = sourceOf(terms);
    within(sourceId === null || sourceIds.includes(sourceId), 'sourceIds');
    const dealsWithAgent = terms.parties.some(({ participantId }) => participantId === agentId);
    within(statement.mayDealWithAgent || !dealsWithAgent, 'mayDealWithAgent');
    const binding = bindingOf(mandate, terms, null);
    for (const block of blocksOf(terms)) {
        useMandate(mandate, block, null, binding);
    }
    useTotal(mandate, null, binding);
}

/** Nobody signs for two parties of an agreement unless both allow it. @throws MANDATE_EXCEEDED {mandateId, bound} */
export function demandNoSelfDealing(mandates: readonly Mandate[]): void {
    for (const { mandateId, statement } of mandates) {
        const forOthers = mandates.some(
            (other) => other.mandateId !== mandateId && other.statement.agentId === statement.agentId,
        );
        demand(statement.mayDealWithAgent || !forOthers, 'MANDATE_EXCEEDED', { mandateId, bound: 'mayDealWithAgent' });
    }
}

/** Slots whose use stands in one record: a day of quarter hours. */
export const USE_SLOTS = 96;

/**
 * What an agent has bound its principal to, slot by slot, from slot `block` × USE_SLOTS on. It only grows: who gives an
 * agreement up, or ends one early, has used its mandate all the same, and so has who changes terms to and fro.
 */
export type MandateUse = Readonly<{
    principalId: string;
    mandateId: string;
    block: number;
    energyWh: readonly EnergyWh[];
    costNano: readonly AmountNano[];
    /** Of all slots: less than their sum where default amounts share a cap. */
    dayCostNano: AmountNano;
}>;

/** What an agent has bound its principal to over the mandate's life. */
export type MandateTotal = Readonly<{
    principalId: string;
    mandateId: string;
    costNano: AmountNano;
    defaultNano: AmountNano;
}>;

/** What terms bind the principal to, and what the version that they replace bound it to under the same mandate. */
export type Binding = Readonly<{ next: WorstCase; before: WorstCase | null }>;

/** @param changes the agreement that the terms amend; what it binds counts anew unless this mandate bound it */
export function bindingOf({ mandateId, statement }: Mandate, terms: Terms, changes: Agreement | null): Binding {
    const { principalId } = statement;
    const isCounted = changes !== null && standsUnder(mandateId, principalId, changes);
    return {
        next: worstCase(terms, principalId),
        before: isCounted ? worstCase(changes.terms, principalId) : null,
    };
}

/** Blocks that a delivery period touches. */
export function blocksOf(terms: Pick<Terms, 'firstSlot' | 'slotCount'>): number[] {
    const first = wholeParts(terms.firstSlot, USE_SLOTS);
    const last = wholeParts(endSlot(terms) - 1, USE_SLOTS);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/**
 * Counts what terms bind the principal to in one block, beyond the version that they replace.
 * @param used what is counted so far; `null` for nothing
 * @throws MANDATE_EXCEEDED {mandateId, bound}
 */
export function useMandate(
    { mandateId, statement }: Mandate,
    block: number,
    used: MandateUse | null,
    binding: Binding,
): MandateUse {
    const within = <Quantity extends bigint>(
        bound: Extract<keyof MandateStatement, `${string}Max${string}`>,
        before: Quantity,
        added: Quantity,
    ): Quantity => grow(mandateId, [bound, statement[bound]], before, added);
    const first = block * USE_SLOTS;
    const slots = Array.from({ length: USE_SLOTS }, (_, offset) => ({
        energyWh: within(
            'slotEnergyMaxWh',
            used?.energyWh[offset] ?? NO_ENERGY,
            added(binding, (worst) => energyAt(worst, first + offset)),
        ),
        costNano: within(
            'slotCostMaxNano',
            used?.costNano[offset] ?? NO_MONEY,
            added(binding, (worst) => costWithin(worst, first + offset, first + offset + 1).costNano),
        ),
    }));
    const ofDay = added(binding, (worst) => costWithin(worst, first, first + USE_SLOTS).costNano);
    return {
        principalId: statement.principalId,
        mandateId,
        block,
        energyWh: slots.map(({ energyWh }) => energyWh),
        costNano: slots.map(({ costNano }) => costNano),
        dayCostNano: within('dayCostMaxNano', used?.dayCostNano ?? NO_MONEY, ofDay),
    };
}

/** Counts the same over the mandate's life. @throws MANDATE_EXCEEDED {mandateId, bound} */
export function useTotal({ mandateId, statement }: Mandate, used: MandateTotal | null, binding: Binding): MandateTotal {
    const { principalId, totalCostMaxNano, totalDefaultMaxNano } = statement;
    return {
        principalId,
        mandateId,
        costNano: grow(
            mandateId,
            ['totalCostMaxNano', totalCostMaxNano],
            used?.costNano ?? NO_MONEY,
            added(binding, ({ costNano }) => costNano),
        ),
        defaultNano: grow(
            mandateId,
            ['totalDefaultMaxNano', totalDefaultMaxNano],
            used?.defaultNano ?? NO_MONEY,
            added(binding, ({ defaultNano }) => defaultNano),
        ),
    };
}

/** What is given back is not credited: terms that go to and fro are counted each time they add. */
function added<Quantity extends bigint>({ next, before }: Binding, of: (worst: WorstCase) => Quantity): Quantity {
    return before === null ? of(next) : excess(of(next), of(before));
}

/** @throws MANDATE_EXCEEDED {mandateId, bound} where something is added beyond the most that is allowed */
function grow<Quantity extends bigint>(
    mandateId: string,
    [bound, most]: readonly [string, bigint],
    before: Quantity,
    more: Quantity,
): Quantity {
    const after = plus(before, more);
    demand(more === 0n || after <= most, 'MANDATE_EXCEEDED', { mandateId, bound });
    return after;
}

const legsOf = ({ legs }: Terms, participantId: string): Terms['legs'] =>
    legs.filter(({ sellerId, buyerId }) => sellerId === participantId || buyerId === participantId);

/** Energy of a participant in a slot, bought and sold. */
function energyAt({ slots, firstSlot }: WorstCase, slot: SlotIndex): EnergyWh {
    const found: SlotCase | undefined = slots[slot - firstSlot];
    return found === undefined ? NO_ENERGY : plus(found.soldWh, found.boughtWh);
}
