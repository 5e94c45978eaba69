import { CARRIERS, type Carrier, type Charter } from './charter.js';
import { demand } from './errors.js';
import { type CarrierRules, PRICE_RULES, type Rules } from './rules.js';
import { absolute } from './units.js';

/** Share of what it was, in hundredths of a percent, by which a number of the rules moves within a notice. */
export const CHANGE_BP_MAX = 5_000;
/** Share of the charter's highest price by which a price moves, however small it was. */
export const PRICE_STEP_BP = 50;
/** Energy by which the most that is tradable in a slot moves, however small it was. */
export const ENERGY_STEP_WH = 1_000;
/** Energy whose highest price the limit of debts moves by, however small it was. */
export const DEBT_STEP_WH = 1_000;
/** Slots by which a deadline moves, however short it was. */
export const SLOTS_STEP = 8;

const BP_PER_ONE = 10_000n;

/** A number of the rules, and how far it moves though it be zero, in parts of 1 / 10 000. */
type RuleNumber = Readonly<{ name: string; carrier: Carrier | null; value: bigint; stepParts: bigint }>;
type Prices = Pick<Charter, 'priceMaxMicroPerKwh'>;

/**
 * Refuses rules of which a number lies too far from what it is in any of those that are in force up to a notice before
 * them: so versions that follow each other quickly go no further together than one.
 * @param recent the rules of every slot of the notice before the first slot of the next
 * @throws RULES_INVALID {reason, carrier}
 */
export function checkChange(recent: readonly Rules[], next: Rules, charter: Prices): void {
    const numbers = numbersOf(next, charter);
    for (const before of recent.flatMap((rules) => numbersOf(rules, charter))) {
        const { name, carrier, value, stepParts } = before;
        const after = numbers.find((number) => number.name === name && number.carrier === carrier)?.value ?? value;
        const parts = absolute(after - value) * BP_PER_ONE;
        const isNear = parts <= stepParts || parts <= absolute(value) * BigInt(CHANGE_BP_MAX);
        const reason = `${name} moves from ${String(value)} to ${String(after)}, too far for one notice`;
        demand(isNear, 'RULES_INVALID', { reason, carrier });
    }
}

/** Whether rules change what somebody pays, or say it of a carrier for the first time. */
export const changesPrices = (before: Rules, next: Rules): boolean =>
    CARRIERS.some((carrier) => {
        const [old, other] = [before.carriers[carrier], next.carriers[carrier]];
        return PRICE_RULES.some((name) => old?.[name] !== other?.[name]);
    });

function numbersOf(rules: Rules, { priceMaxMicroPerKwh }: Prices): RuleNumber[] {
    const { debtLimitNano, haltGraceSlots, readingDeadlineSlots, reconciliationAfterSlots } = rules;
    const debtStep = priceMaxMicroPerKwh * BigInt(DEBT_STEP_WH) * BP_PER_ONE;
    return [
        ...CARRIERS.flatMap((carrier) => {
            const rule = rules.carriers[carrier];
            return rule === undefined ? [] : numbersOfCarrier(carrier, rule, priceMaxMicroPerKwh);
        }),
        { name: 'debtLimitNano', carrier: null, value: debtLimitNano, stepParts: debtStep },
        slots('haltGraceSlots', null, haltGraceSlots),
        slots('readingDeadlineSlots', null, readingDeadlineSlots),
        ...reconciliationAfterSlots.map((each, run) => slots(`reconciliationAfterSlots[${String(run)}]`, null, each)),
    ];
}

const numbersOfCarrier = (carrier: Carrier, rule: CarrierRules, priceMax: bigint): RuleNumber[] => [
    ...PRICE_RULES.map((name) => ({ name, carrier, value: rule[name], stepParts: priceMax * BigInt(PRICE_STEP_BP) })),
    {
        name: 'slotEnergyMaxWh',
        carrier,
        value: rule.slotEnergyMaxWh,
        stepParts: BigInt(ENERGY_STEP_WH) * BP_PER_ONE,
    },
    slots('haltRestSlots', carrier, rule.haltRestSlots),
];

const slots = (name: string, carrier: Carrier | null, count: number): RuleNumber => ({
    name,
    carrier,
    value: BigInt(count),
    stepParts: BigInt(SLOTS_STEP) * BP_PER_ONE,
});
