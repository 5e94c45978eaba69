import { CARRIERS, type Carrier, type Charter, organisationsOf } from './charter.js';
import { demand } from './errors.js';
import type { TradingRelation } from './relation.js';
import { type AmountNano, type EnergyWh, absolute, type PriceMicroPerKwh, type SlotIndex } from './units.js';

export const SCREENINGS = ['distributed', 'central', 'none'] as const;
/**
 * Who checks that the network carries what is agreed (paper §3.3): `distributed`, everyone who endorses, by the capacity
 * of the connections; `central`, besides them the network operator, agreement by agreement; `none`, nobody.
 */
export type ScreeningMode = (typeof SCREENINGS)[number];

/** What the market allows and charges on one carrier. */
export type CarrierRules = Readonly<{
    priceFloorMicroPerKwh: PriceMicroPerKwh;
    priceCapMicroPerKwh: PriceMicroPerKwh;
    /** Largest energy of one leg in one slot. */
    slotEnergyMaxWh: EnergyWh;
    /** p_ref where no auction has cleared the slot. */
    referencePriceMicroPerKwh: PriceMicroPerKwh;
    /** B⁺: what a negative imbalance pays. */
    imbalanceShortMicroPerKwh: PriceMicroPerKwh;
    /** B⁻: what a positive imbalance receives. */
    imbalanceLongMicroPerKwh: PriceMicroPerKwh;
    /** f: what the network asks for each kWh that a metering point takes from it; never negative. */
    networkFeeMicroPerKwh: PriceMicroPerKwh;
    screening: ScreeningMode;
    /** Slots of trade between the end of a halt and the next of the same side: fewer, as long as a vote says so. */
    haltRestSlots: number;
    /** Who may trade with whom. */
    relation: TradingRelation;
    /** What a fund pays for each kWh from renewable sources that is fed in; never negative. */
    subsidyMicroPerKwh: PriceMicroPerKwh;
    /** Standards that devices conform to which sell from a metered point. */
    conformityStandards: readonly string[];
}>;

/** The business rules; a new version replaces the whole set. */
export type Rules = Readonly<{
    version: number;
    carriers: Readonly<Partial<Record<Carrier, CarrierRules>>>;
    /** Slots after a halt in which default amounts are still waived. */
    haltGraceSlots: number;
    /** Slots after the end of a slot in which its readings are waited for; then it is settled with estimates. */
    readingDeadlineSlots: number;
    /** Slots after the end of a slot from which its reconciliation runs may be made, one after the other. */
    reconciliationAfterSlots: readonly [number, number, number];
    /** How far a credit cover may fall below zero before its owner is suspended from trading. */
    debtLimitNano: AmountNano;
    /** Organisations whose voters must want the next version of these rules: more than half of all. */
    votesNeeded: number;
}>;

/** One version of the rules and the first slot that they are in force in. */
export type DatedRules = Readonly<{
    rules: Rules;
    fromSlot: SlotIndex;
    /** What the organisations voted on; `null` for the first version, which came with the charter. */
    proposalId: string | null;
}>;

/** What decides who pays how much for a kWh. */
export const PRICE_RULES = [
    'priceFloorMicroPerKwh',
    'priceCapMicroPerKwh',
    'referencePriceMicroPerKwh',
    'imbalanceShortMicroPerKwh',
    'imbalanceLongMicroPerKwh',
    'networkFeeMicroPerKwh',
    'subsidyMicroPerKwh',
] as const satisfies readonly (keyof CarrierRules)[];

/** @throws RULES_INVALID {reason, carrier} */
export function checkRules(rules: Rules, charter: Pick<Charter, 'orgs' | 'priceMaxMicroPerKwh'>): void {
    const organisations = organisationsOf(charter).length;
    const isMajority = 2 * rules.votesNeeded > organisations && rules.votesNeeded <= organisations;
    demand(isMajority, 'RULES_INVALID', { reason: 'votes of more than half of the organisations', carrier: null });
    const [first, second, third] = rules.reconciliationAfterSlots;
    const inOrder = rules.readingDeadlineSlots <= first && first < second && second < third;
    demand(inOrder, 'RULES_INVALID', {
        reason: 'reconciliation runs follow the deadline for readings and each other',
        carrier: null,
    });
    for (const carrier of CARRIERS) {
        const rule = rules.carriers[carrier];
        if (rule === undefined) {
            continue;
        }
        const refuse = (holds: boolean, reason: string): void => {
            demand(holds, 'RULES_INVALID', { reason, carrier });
        };
        refuse(rule.priceFloorMicroPerKwh <= rule.priceCapMicroPerKwh, 'the floor is not above the cap');
        refuse(rule.imbalanceShortMicroPerKwh >= rule.referencePriceMicroPerKwh, 'B+ is not below the reference');
        refuse(rule.imbalanceLongMicroPerKwh <= rule.referencePriceMicroPerKwh, 'B- is not above the reference');
        refuse(rule.imbalanceShortMicroPerKwh >= 0n, 'B+ is not negative');
        refuse(rule.networkFeeMicroPerKwh >= 0n, 'the network fee is not negative');
        refuse(rule.subsidyMicroPerKwh >= 0n, 'the subsidy is not negative');
        refuse(rule.slotEnergyMaxWh > 0n, 'some energy is tradable');
        for (const name of PRICE_RULES) {
            const isWithin = absolute(rule[name]) <= charter.priceMaxMicroPerKwh;
            refuse(isWithin, `${name} is further from zero than the charter lets a price be`);
        }
    }
}

/**
 * Refuses rules that cannot follow others: what is traded on a carrier today is settled under the rules of its slots.
 * @throws RULES_INVALID {reason, carrier}
 */
export function checkSuccession(before: Rules, next: Rules): void {
    for (const carrier of CARRIERS) {
        const stays = before.carriers[carrier] === undefined || next.carriers[carrier] !== undefined;
        demand(stays, 'RULES_INVALID', { reason: 'a carrier keeps rules to be settled by', carrier });
    }
}

/** @throws TERMS_INVALID when the carrier is not traded under these rules */
export function rulesOf(rules: Rules, carrier: Carrier): CarrierRules {
    const rule = rules.carriers[carrier];
    demand(rule !== undefined, 'TERMS_INVALID', { reason: 'carrier is not traded under the rules', carrier });
    return rule;
}
