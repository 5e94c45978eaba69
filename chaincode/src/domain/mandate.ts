import type { Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { assert, demand } from './errors.js';
import type { Participant } from './participant.js';
import type { Side } from './trades-of-kind.js';
import {
    type EnergyWh,
    larger,
    minus,
    NO_ENERGY,
    plus,
    type PriceMicroPerKwh,
    type SlotIndex,
    sumEnergy,
    wholeParts,
} from './units.js';

export { type Side, SIDES } from './trades-of-kind.js';

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
    carriers: readonly Carrier[];
    /** What the principal does under it. */
    sides: readonly Side[];
    priceMinMicroPerKwh: PriceMicroPerKwh;
    priceMaxMicroPerKwh: PriceMicroPerKwh;
    /** Most energy in one slot, over all that the agent signs for. */
    slotEnergyMaxWh: EnergyWh;
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
}

/** @throws MANDATE_REVOKED {mandateId} */
export function demandInForce({ mandateId, isRevoked }: Mandate): void {
    demand(!isRevoked, 'MANDATE_REVOKED', { mandateId });
}

/** Every leg that the principal is in lies within the bounds. @throws MANDATE_EXCEEDED {mandateId, bound} */
export function demandCovered({ mandateId, statement }: Mandate, terms: Terms): void {
    const within = (holds: boolean, bound: string): void => {
        demand(holds, 'MANDATE_EXCEEDED', { mandateId, bound });
    };
    const { principalId, agentId, sides, carriers } = statement;
    for (const { carrier, sellerId, buyerId, priceMicroPerKwh } of legsOf(terms, principalId)) {
        within(carriers.includes(carrier), 'carriers');
        within(sellerId !== principalId || sides.includes('sell'), 'sides');
        within(buyerId !== principalId || sides.includes('buy'), 'sides');
        for (const price of priceMicroPerKwh) {
            within(price >= statement.priceMinMicroPerKwh && price <= statement.priceMaxMicroPerKwh, 'price');
        }
    }
    within(terms.firstSlot + terms.slotCount <= statement.untilSlot, 'untilSlot');
    for (const energy of slotEnergies(terms, principalId)) {
        within(energy <= statement.slotEnergyMaxWh, 'slotEnergyMaxWh');
    }
    const dealsWithAgent = terms.parties.some(({ participantId }) => participantId === agentId);
    within(statement.mayDealWithAgent || !dealsWithAgent, 'mayDealWithAgent');
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

/** Slots whose use stands in one record. */
export const USE_SLOTS = 96;

/**
 * Energy that an agent has bound its principal to, slot by slot, from slot `block` × USE_SLOTS on. It only grows: who
 * gives an agreement up, or ends one early, has used its mandate all the same.
 */
export type MandateUse = Readonly<{
    principalId: string;
    mandateId: string;
    block: number;
    energyWh: readonly EnergyWh[];
}>;

/** Blocks that a delivery period touches. */
export function blocksOf(terms: Pick<Terms, 'firstSlot' | 'slotCount'>): number[] {
    const first = wholeParts(terms.firstSlot, USE_SLOTS);
    const last = wholeParts(terms.firstSlot + terms.slotCount - 1, USE_SLOTS);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/**
 * Counts what terms bind the principal to beyond the version that they replace.
 * @param used what is counted so far in one block; `null` for nothing
 * @throws MANDATE_EXCEEDED {mandateId, bound}
 */
export function useMandate(
    { mandateId, statement }: Mandate,
    block: number,
    used: MandateUse | null,
    { next, before }: Readonly<{ next: Terms; before: Terms | null }>,
): MandateUse {
    const { principalId, slotEnergyMaxWh } = statement;
    const energyWh = Array.from({ length: USE_SLOTS }, (_, offset) => {
        const slot = block * USE_SLOTS + offset;
        const replaced = before === null ? NO_ENERGY : energyAt(before, principalId, slot);
        const added = larger(NO_ENERGY, minus(energyAt(next, principalId, slot), replaced));
        const sum = plus(used?.energyWh[offset] ?? NO_ENERGY, added);
        demand(added === 0n || sum <= slotEnergyMaxWh, 'MANDATE_EXCEEDED', { mandateId, bound: 'slotEnergyMaxWh' });
        return sum;
    });
    return { principalId, mandateId, block, energyWh };
}

const legsOf = ({ legs }: Terms, participantId: string): Terms['legs'] =>
    legs.filter(({ sellerId, buyerId }) => sellerId === participantId || buyerId === participantId);

const slotEnergies = (terms: Terms, participantId: string): EnergyWh[] =>
    Array.from({ length: terms.slotCount }, (_, offset) => energyAt(terms, participantId, terms.firstSlot + offset));

/** Energy of all legs of a participant in a slot, bought and sold. */
const energyAt = (terms: Terms, participantId: string, slot: SlotIndex): EnergyWh =>
    sumEnergy(legsOf(terms, participantId).map(({ energyWh }) => energyWh[slot - terms.firstSlot] ?? NO_ENERGY));
