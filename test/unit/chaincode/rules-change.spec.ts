import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import { checkRules, PRICE_RULES } from '@commonwatt/chaincode/domain/rules';
import { changesPrices, checkChange } from '@commonwatt/chaincode/domain/rules-change';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { nextRules } from '../../support/proposal-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER, ELECTRICITY_RULES, RULES } from '../../support/sample-market.js';

const changing =
    (before: Rules, next: Rules, priceMax = 10_000_000n) =>
    (): void => {
        checkChange([before], next, { priceMaxMicroPerKwh: priceMicroPerKwh(priceMax) });
    };
const electric = (changes: Partial<CarrierRules>): Rules => nextRules(changes);

describe('a change of the rules', () => {
    it('moves a price by half of what it was, in either direction', () => {
        for (const [name, before, low, high] of [
            ['priceCapMicroPerKwh', 1_000_000n, 500_000n, 1_500_000n],
            ['priceCapMicroPerKwh', 400_000n, 200_000n, 600_000n],
            ['priceFloorMicroPerKwh', -500_000n, -750_000n, -250_000n],
            ['networkFeeMicroPerKwh', 200_001n, 100_001n, 300_001n],
        ] as const) {
            const from = electric({ [name]: priceMicroPerKwh(before) });
            const to = (price: bigint): (() => void) => changing(from, electric({ [name]: priceMicroPerKwh(price) }));
            to(low)();
            to(high)();
            expectRefusal(to(low - 1n), 'RULES_INVALID', {
                reason: `${name} moves from ${String(before)} to ${String(low - 1n)}, too far for one notice`,
                carrier: 'electricity',
            });
            expectRefusal(to(high + 1n), 'RULES_INVALID', { carrier: 'electricity' });
        }
    });

    it('moves any price by half a percent of the highest that the charter knows', () => {
        for (const priceMax of [10_000_000n, 200_000n]) {
            const step = priceMax / 200n;
            for (const name of PRICE_RULES) {
                const from = electric({ [name]: priceMicroPerKwh(0n) });
                const to = (price: bigint): (() => void) =>
                    changing(from, electric({ [name]: priceMicroPerKwh(price) }), priceMax);
                to(step)();
                to(-step)();
                expectRefusal(to(step + 1n), 'RULES_INVALID', { carrier: 'electricity' });
                expectRefusal(to(-step - 1n), 'RULES_INVALID', { carrier: 'electricity' });
            }
        }
    });

    it('moves the energy of a slot, the limit of debts and every deadline by half, or by a step', () => {
        const moves: [Rules, Rules, Rules][] = [
            [2_000n, 3_000n, 3_001n],
            [6_000n, 9_000n, 9_001n],
            [6_000n, 3_000n, 2_999n],
            [1n, 1_001n, 1_002n],
        ].map((each) => each.map((wh) => electric({ slotEnergyMaxWh: energyWh(wh) })) as [Rules, Rules, Rules]);
        const debts = [
            [0n, 10_000_000_000n, 10_000_000_001n],
            [10n ** 20n, 5n * 10n ** 19n, 5n * 10n ** 19n - 1n],
        ].map((each) => each.map((nano) => nextRules({}, { debtLimitNano: amountNano(nano) })) as (typeof moves)[0]);
        const rests = [
            [96, 48, 47],
            [4, 12, 13],
        ].map((each) => each.map((haltRestSlots) => electric({ haltRestSlots })) as (typeof moves)[0]);
        const graces = [
            [0, 8, 9],
            [40, 60, 61],
        ].map((each) => each.map((haltGraceSlots) => nextRules({}, { haltGraceSlots })) as (typeof moves)[0]);
        const deadlines = [
            [0, 8, 9],
            [96, 48, 47],
        ].map(
            (each) => each.map((readingDeadlineSlots) => nextRules({}, { readingDeadlineSlots })) as (typeof moves)[0],
        );
        const runs = [0, 1, 2].map(
            (run) =>
                [100, 150, 151].map((slots) =>
                    nextRules(
                        {},
                        {
                            reconciliationAfterSlots: RULES.reconciliationAfterSlots.map((each, index) =>
                                index === run ? slots : each,
                            ) as unknown as Rules['reconciliationAfterSlots'],
                        },
                    ),
                ) as (typeof moves)[0],
        );
        for (const [before, near, far] of [...moves, ...debts, ...rests, ...graces, ...deadlines, ...runs]) {
            changing(before, near)();
            expectRefusal(changing(before, far), 'RULES_INVALID');
        }
    });

    it('is measured by every version of the notice before it', () => {
        const at = (price: bigint): Rules => electric({ priceCapMicroPerKwh: priceMicroPerKwh(price) });
        const to =
            (...recent: readonly bigint[]) =>
            (): void => {
                checkChange(recent.map(at), at(1_500_000n), CHARTER);
            };
        to(1_000_000n)();
        to(1_400_000n, 1_000_000n)();
        expectRefusal(to(1_400_000n, 999_999n), 'RULES_INVALID');
        expectRefusal(to(999_999n, 1_400_000n), 'RULES_INVALID');
    });

    it('of what was not there before is no change', () => {
        checkChange([RULES], { ...nextRules(), carriers: { ...RULES.carriers, gas: ELECTRICITY_RULES } }, CHARTER);
    });

    it('is one of prices when any price is another, and when a carrier has some for the first time', () => {
        for (const name of PRICE_RULES) {
            const price = priceMicroPerKwh(ELECTRICITY_RULES[name] + 1n);
            expect(changesPrices(RULES, electric({ [name]: price })), name).to.equal(true);
        }
        expect(changesPrices(RULES, { ...RULES, carriers: { ...RULES.carriers, gas: ELECTRICITY_RULES } })).to.equal(
            true,
        );
        const others = nextRules(
            { slotEnergyMaxWh: energyWh(1n), haltRestSlots: 0, screening: 'none', conformityStandards: ['iec-62109'] },
            { debtLimitNano: amountNano(0n), haltGraceSlots: 0, readingDeadlineSlots: 0, votesNeeded: 4 },
        );
        expect(changesPrices(RULES, others)).to.equal(false);
    });
});

describe('a price of the rules', () => {
    it('lies within what the charter allows, on either side of zero', () => {
        for (const priceMax of [2_000_000n, 15_000_000n]) {
            const charter = { ...CHARTER, priceMaxMicroPerKwh: priceMicroPerKwh(priceMax) };
            const check = (changes: Partial<CarrierRules>) => (): void => {
                checkRules(electric(changes), charter);
            };
            for (const [name, sign] of [
                ['priceCapMicroPerKwh', 1n],
                ['priceFloorMicroPerKwh', -1n],
                ['imbalanceShortMicroPerKwh', 1n],
                ['imbalanceLongMicroPerKwh', -1n],
                ['networkFeeMicroPerKwh', 1n],
                ['subsidyMicroPerKwh', 1n],
            ] as const) {
                check({ [name]: priceMicroPerKwh(sign * priceMax) })();
                expectRefusal(check({ [name]: priceMicroPerKwh(sign * (priceMax + 1n)) }), 'RULES_INVALID', {
                    reason: `${name} is further from zero than the charter lets a price be`,
                    carrier: 'electricity',
                });
            }
        }
    });
});
