import { type Carrier, isLot } from './charter.js';
import { checkConversions, type Conversion } from './conversion.js';
import { assert, demand } from './errors.js';
import type { MeteringPoint } from './meter.js';
import type { Participant } from './participant.js';
import { demandRelation } from './relation.js';
import { type CarrierRules, type Rules, rulesOf } from './rules.js';
import { demandTradeOfKind } from './trades-of-kind.js';
import {
    type AmountNano,
    type EnergyWh,
    NO_ENERGY,
    type PriceMicroPerKwh,
    type SlotIndex,
    sumEnergy,
} from './units.js';

export const PARTIES_MAX = 8;
export const LEGS_MAX = 16;
/** Longest delivery period: two days of quarter hours. */
export const DELIVERY_SLOTS_MAX = 192;

/** A party and the lane of its account that funds what it owes under the agreement. */
export type Party = Readonly<{ participantId: string; lane: number }>;

/** One delivery: energy of one carrier from one metering point to another, slot by slot. */
export type Leg = Readonly<{
    carrier: Carrier;
    sellerId: string;
    sellerPoint: string;
    buyerId: string;
    buyerPoint: string;
    /** One per slot of the delivery period. */
    energyWh: readonly EnergyWh[];
    /** One per slot of the delivery period; may be negative. */
    priceMicroPerKwh: readonly PriceMicroPerKwh[];
}>;

export const EXEMPTIONS = ['halt', 'curtailment', 'forceMajeure'] as const;

/** What the parties agree and sign: identity, quota, price, time and default amount (paper §3.1). */
export type Terms = Readonly<{
    version: number;
    /** Hash of the terms this version replaces; null in version 1. */
    previousHash: string | null;
    /** The party whose content names the agreement. */
    proposerId: string;
    /** Tells apart agreements of equal content. */
    salt: string;
    rulesVersion: number;
    parties: readonly Party[];
    legs: readonly Leg[];
    /** Legs that are made from others of the agreement, whose failure passes on to them. */
    conversions: readonly Conversion[];
    firstSlot: SlotIndex;
    slotCount: number;
    /** Liability: what each undelivered kWh beyond the tolerance costs the party that failed. */
    defaultRateMicroPerKwh: PriceMicroPerKwh;
    /** Most that one party pays in default amounts under this agreement. */
    defaultCapNano: AmountNano;
    toleranceBp: number;
    /** The buyer pays what was agreed whether it takes it or not. */
    takeOrPay: boolean;
    /** Causes that waive default amounts. */
    exemptions: readonly (typeof EXEMPTIONS)[number][];
    /** What proves delivery: the meters of the legs' points, or what a registered source states of each leg. */
    verification: 'meters' | Readonly<{ sourceId: string }>;
    /** The parties accept that the network operator curtails the quantities. */
    curtailable: boolean;
    /** Slot in which the offer is void unless the agreement is concluded before. */
    concludeBeforeSlot: SlotIndex;
}>;

/** A party's consent: a detached signature with its registered key, or with its agent's under the mandate named. */
export type Consent = Readonly<{ participantId: string; mandateId: string | null; keyId: string; signature: string }>;

/** Terms in force with every party's consent. */
export type Agreement = Readonly<{
    agreementId: string;
    termsHash: string;
    terms: Terms;
    consents: readonly Consent[];
}>;

export const endSlot = (terms: Pick<Terms, 'firstSlot' | 'slotCount'>): SlotIndex => terms.firstSlot + terms.slotCount;

/** Carriers of an agreement, each once, in the order of its legs. */
export const carriersOf = (terms: Pick<Terms, 'legs'>): Carrier[] => [...new Set(terms.legs.map((leg) => leg.carrier))];

/** Refuses first terms that no parties could carry out. @throws TERMS_INVALID {reason, …} · TERMS_LIMIT {reason, …} */
export function checkTerms(terms: Terms, rules: Rules): void {
    checkContent(terms, rules, null);
    demand(terms.version === 1 && terms.previousHash === null, 'TERMS_INVALID', { reason: 'a first version' });
    demand(terms.concludeBeforeSlot <= terms.firstSlot, 'TERMS_INVALID', {
        reason: 'concluded before delivery begins',
        concludeBeforeSlot: terms.concludeBeforeSlot,
        firstSlot: terms.firstSlot,
    });
}

/**
 * Refuses what no version may say.
 * @param before the terms that these replace: what stays in a slot was agreed under the rules of then
 * @throws TERMS_INVALID {reason, …} · TERMS_LIMIT {reason, …}
 */
export function checkContent(terms: Terms, rules: Rules, before: Terms | null): void {
    checkParties(terms);
    demand(terms.rulesVersion === rules.version, 'TERMS_INVALID', {
        reason: 'the rules in force are others',
        rulesVersion: terms.rulesVersion,
        inForce: rules.version,
    });
    demand(terms.slotCount <= DELIVERY_SLOTS_MAX, 'TERMS_LIMIT', {
        reason: 'delivery period too long',
        slotCount: terms.slotCount,
        slotCountMax: DELIVERY_SLOTS_MAX,
    });
    demand(new Set(terms.exemptions).size === terms.exemptions.length, 'TERMS_INVALID', {
        reason: 'exemptions each once',
    });
    terms.legs.forEach((leg, index) => {
        checkLeg(terms, leg, index);
        checkSlots(leg, index, rulesOf(rules, leg.carrier), before?.legs[index]);
    });
    checkConversions(terms);
}

function checkParties(terms: Terms): void {
    const ids = terms.parties.map((party) => party.participantId);
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'TERMS_INVALID', { reason });
    };
    demand(ids.length <= PARTIES_MAX, 'TERMS_LIMIT', { reason: 'too many parties', parties: ids.length });
    demand(terms.legs.length <= LEGS_MAX, 'TERMS_LIMIT', { reason: 'too many legs', legs: terms.legs.length });
    invalid(ids.length >= 2 && new Set(ids).size === ids.length, 'at least two parties, each once');
    invalid(terms.legs.length >= 1, 'at least one leg');
    invalid(ids.includes(terms.proposerId), 'the proposer is a party');
    const active = new Set(terms.legs.flatMap((leg) => [leg.sellerId, leg.buyerId]));
    invalid(
        ids.every((id) => active.has(id)),
        'every party sells or buys',
    );
    invalid(
        [...active].every((id) => ids.includes(id)),
        'who sells or buys is a party',
    );
}

function checkLeg(terms: Terms, leg: Leg, index: number): void {
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'TERMS_INVALID', { reason, leg: index });
    };
    invalid(leg.sellerId !== leg.buyerId, 'seller and buyer differ');
    invalid(leg.sellerPoint !== leg.buyerPoint, 'metering points differ');
    invalid(leg.energyWh.length === terms.slotCount, 'one energy per slot');
    invalid(leg.priceMicroPerKwh.length === terms.slotCount, 'one price per slot');
    invalid(sumEnergy(leg.energyWh) > 0n, 'some energy is delivered');
    const isMetered = terms.verification === 'meters';
    invalid(isMetered || leg.carrier !== 'mobility', 'mobility is verified by the meter of its charge point');
    invalid(!isMetered || !isLot(leg.carrier), 'lots are verified by a source');
}

/** What changes in a slot is within the rules. */
function checkSlots(leg: Leg, index: number, rules: CarrierRules, before: Leg | undefined): void {
    const { slotEnergyMaxWh, priceFloorMicroPerKwh, priceCapMicroPerKwh } = rules;
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'TERMS_INVALID', { reason, leg: index });
    };
    leg.energyWh.forEach((energyWh, offset) => {
        const price = leg.priceMicroPerKwh[offset];
        assert(price !== undefined, 'each slot has a price');
        invalid(energyWh >= NO_ENERGY, 'energy is not negative');
        const stays = energyWh === before?.energyWh[offset] && price === before.priceMicroPerKwh[offset];
        const operands = { leg: index, energyWh, slotEnergyMaxWh };
        const isWithin = stays || energyWh <= slotEnergyMaxWh;
        demand(isWithin, 'TERMS_LIMIT', { reason: 'energy of a slot above the rules', ...operands });
        invalid(stays || price >= priceFloorMicroPerKwh, 'price below the floor');
        invalid(stays || price <= priceCapMicroPerKwh, 'price above the cap');
    });
}

/** Every party trades what its kind of subject can. @throws TRADE_NOT_OF_KIND {participantId, kind, carrier, side} */
export function checkKinds(terms: Terms, parties: readonly Participant[]): void {
    for (const { carrier, sellerId, buyerId } of terms.legs) {
        for (const party of parties) {
            if (party.participantId === sellerId) {
                demandTradeOfKind(party, carrier, 'sell');
            }
            if (party.participantId === buyerId) {
                demandTradeOfKind(party, carrier, 'buy');
            }
        }
    }
}

/**
 * Every leg is between parties that the rules let trade with each other.
 * @throws RELATION_NOT_PERMITTED {carrier, relation, sellerId, buyerId}
 */
export function checkRelations(terms: Terms, parties: readonly Participant[], rules: Rules): void {
    for (const { carrier, sellerId, buyerId } of terms.legs) {
        const [seller, buyer] = [sellerId, buyerId].map((id) => parties.find((party) => party.participantId === id));
        assert(seller !== undefined && buyer !== undefined, 'who sells or buys is a party');
        demandRelation(carrier, rulesOf(rules, carrier).relation, seller, buyer);
    }
}

/** The metering points of a leg are its parties' own, on its carrier, and count from the first slot on. */
export function checkPoints(terms: Terms, points: ReadonlyMap<string, MeteringPoint>): void {
    for (const leg of terms.legs) {
        const sides = [
            [leg.sellerPoint, leg.sellerId],
            [leg.buyerPoint, leg.buyerId],
        ] as const;
        for (const [pointId, participantId] of sides) {
            const point = points.get(pointId);
            demand(point !== undefined, 'METER_MISSING', { pointId });
            const own = point.participantId === participantId && point.carrier === leg.carrier;
            demand(own, 'METER_OF_OTHER', { pointId, participantId, carrier: leg.carrier });
            demand(point.fromSlot <= terms.firstSlot, 'TERMS_INVALID', {
                reason: 'metering point counts from a later slot',
                pointId,
                fromSlot: point.fromSlot,
            });
        }
        const [seller, buyer] = [points.get(leg.sellerPoint), points.get(leg.buyerPoint)];
        const isTogether = leg.carrier !== 'mobility' || seller?.chargePointId === buyer?.chargePointId;
        demand(isTogether, 'TERMS_INVALID', {
            reason: 'mobility is handed over at one charge point',
            sellerPoint: leg.sellerPoint,
            buyerPoint: leg.buyerPoint,
        });
    }
}
