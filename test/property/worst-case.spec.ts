import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { METERED_CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { MarketError } from '@commonwatt/chaincode/domain/errors';
import { escrowAccount, ownerOf } from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, negate, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { costWithin, type WorstCase, worstCase } from '@commonwatt/chaincode/domain/worst-case';
import { expect } from 'chai';
import fc from 'fast-check';
import { convertingMarket, type ConvertingMarket } from '../support/conversion-arbitrary.js';
import { mspOf, type RandomMarket, randomMarket } from '../support/market-arbitrary.js';
import { holds } from '../support/property.js';
import { ELECTRICITY_RULES, FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { type Metered, SettlementMarket } from '../support/settlement-market.js';

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** What a party has paid others from its escrow under an agreement, in one slot or in all. */
function paid(
    market: SettlementMarket,
    agreementId: string,
    participantId: string,
    kind: 'energy' | 'default',
    slot: number | null = null,
): bigint {
    const account = escrowAccount(agreementId, participantId);
    return -sum(
        market.postings
            .filter((each) => each.account === account && each.kind === kind && (slot ?? each.slot) === each.slot)
            .map((each) => each.amountNano),
    );
}

/** What a party's accounts, escrow, free and cover, have lost and got under an agreement, runs and corrections together. */
const lost = (market: SettlementMarket, agreementId: string, participantId: string): bigint =>
    -sum(
        market.postings
            .filter((each) => each.agreementId === agreementId && (each.kind === 'energy' || each.kind === 'default'))
            .filter((each) => ownerOf(each.account) === participantId)
            .map((each) => each.amountNano),
    );

function checkAgreement(market: SettlementMarket, agreementId: string, terms: Terms): void {
    for (const { participantId } of terms.parties) {
        const worst = worstCase(terms, participantId);
        expect(paid(market, agreementId, participantId, 'energy') <= worst.energyNano, 'energy').to.equal(true);
        expect(paid(market, agreementId, participantId, 'default') <= worst.defaultNano, 'defaults').to.equal(true);
        worst.slots.forEach((slot, offset) => {
            const at = terms.firstSlot + offset;
            const energyNano = paid(market, agreementId, participantId, 'energy', at);
            expect(energyNano <= slot.energyNano, 'energy of a slot').to.equal(true);
            const defaultNano = paid(market, agreementId, participantId, 'default', at);
            expect(defaultNano <= slot.defaultNano, 'defaults of a slot').to.equal(true);
        });
    }
}

/** Funds, releases and settles as the market would. */
function play(random: RandomMarket, watch: (settlement: Settlement) => void = () => undefined): SettlementMarket {
    const market = new SettlementMarket(mspOf);
    for (const { agreementId, terms } of random.agreements) {
        market.agree(agreementId, terms);
    }
    for (const { slot, metered, halts } of random.slots) {
        for (const { agreementId, releaseFromSlot } of random.agreements) {
            if (releaseFromSlot === slot && market.execution(agreementId).state === 'inForce') {
                market.release(agreementId, slot);
            }
        }
        watch(market.settle(slot, metered, { halts }));
    }
    return market;
}

/** Settles every carrier of every slot, inputs first, then once more as the points truly were. */
function playConverting(random: ConvertingMarket): SettlementMarket {
    const market = new SettlementMarket();
    for (const { agreementId, terms } of random.agreements) {
        market.agree(agreementId, terms);
    }
    const runs = random.slots.flatMap((slot) => METERED_CARRIERS.map((carrier) => ({ carrier, slot })));
    let waiting = runs;
    while (waiting.length > 0) {
        const before = waiting.length;
        waiting = waiting.filter(({ carrier, slot }) => {
            try {
                const halts = random.halts(carrier, slot);
                market.settle(slot, random.metered(carrier, slot), { carrier, halts });
                return false;
            } catch (error) {
                expect(error).to.be.instanceOf(MarketError).and.to.include({ code: 'SETTLEMENT_OUT_OF_ORDER' });
                return true;
            }
        });
        expect(waiting.length, 'some run can always be settled').to.be.lessThan(before);
    }
    return market;
}

describe('what terms cost at worst', function () {
    this.timeout(60_000);

    it('is never less than what settlement takes from a party, in a slot and in all', async () => {
        let drawn = 0;
        await holds(
            fc.property(randomMarket, (random) => {
                const market = play(random);
                for (const { agreementId, terms } of random.agreements) {
                    checkAgreement(market, agreementId, terms);
                    drawn += terms.parties.filter(
                        ({ participantId }) => paid(market, agreementId, participantId, 'default') > 0n,
                    ).length;
                }
            }),
            { runs: 400, seconds: 3 },
        );
        expect(drawn, 'default amounts are drawn').to.be.greaterThan(5);
    });

    it('holds where the failure of one leg is passed on to others, and what is reconciled later', async () => {
        await holds(
            fc.property(convertingMarket, fc.bigInt({ min: 0n, max: 3n }), (random, less) => {
                const market = playConverting(random);
                for (const { agreementId, terms } of random.agreements) {
                    checkAgreement(market, agreementId, terms);
                }
                for (const slot of random.slots) {
                    for (const carrier of METERED_CARRIERS) {
                        const truth = shifted(random.metered(carrier, slot), less);
                        market.reconcile(slot, truth, { carrier, halts: random.halts(carrier, slot) });
                    }
                }
                for (const { agreementId, terms } of random.agreements) {
                    for (const { participantId } of terms.parties) {
                        const { costNano } = worstCase(terms, participantId);
                        expect(lost(market, agreementId, participantId) <= costNano).to.equal(true);
                    }
                }
            }),
            { runs: 200, seconds: 4 },
        );
    });

    it('is what the slots cost, under one cap, however a period is cut', async () => {
        const cuts = fc.record({ at: fc.nat({ max: 4 }), random: randomMarket });
        await holds(
            fc.property(cuts, ({ at, random }) => {
                for (const { terms } of random.agreements) {
                    for (const { participantId } of terms.parties) {
                        const worst = worstCase(terms, participantId);
                        const [first, end] = [terms.firstSlot, terms.firstSlot + terms.slotCount];
                        const [one, other] = [costWithin(worst, first, first + at), costWithin(worst, first + at, end)];
                        expect(costWithin(worst, 0, end + 9)).to.deep.equal(costsOf(worst));
                        expect(one.energyNano + other.energyNano).to.equal(worst.energyNano);
                        expect(one.defaultNano + other.defaultNano >= worst.defaultNano).to.equal(true);
                        expect(one.defaultNano <= worst.defaultNano).to.equal(true);
                    }
                }
            }),
            { runs: 200, seconds: 1 },
        );
    });

    it('leaves out of imbalance no more than the energy that it binds, at the prices of the rules', async () => {
        const { imbalanceShortMicroPerKwh: short, imbalanceLongMicroPerKwh: long } = ELECTRICITY_RULES;
        await holds(
            fc.property(randomMarket, (random) => {
                play(random, ({ points, slot }) => {
                    for (const { participantId, meteredWh, imbalanceNano } of points) {
                        const alone = meteredWh * (meteredWh < 0n ? short : long);
                        const bound = random.agreements.map(({ terms }) => {
                            const at = worstCase(terms, participantId).slots[slot - terms.firstSlot];
                            return (at?.soldWh ?? 0n) * short + (at?.boughtWh ?? 0n) * (long < 0n ? negate(long) : 0n);
                        });
                        expect(alone - imbalanceNano <= sum(bound)).to.equal(true);
                    }
                });
            }),
            { runs: 200, seconds: 2 },
        );
    });
});

const costsOf = ({ energyNano, defaultNano, costNano }: WorstCase): ReturnType<typeof costWithin> => ({
    energyNano,
    defaultNano,
    costNano,
});

/** Everybody is found to have fed in so much less. */
const shifted = (metered: Readonly<Record<string, Metered>>, less: bigint): Record<string, Metered> =>
    Object.fromEntries(
        Object.entries(metered).map(([pointId, energy]) => [
            pointId,
            energy === null || energy === 'missing'
                ? energy
                : { ...energy, exportWh: energy.exportWh > less ? energy.exportWh - less : 0n },
        ]),
    );

describe('a worst case comes true', () => {
    const ID = 'a1'.repeat(32);
    const owing = (changes: Partial<Terms> = {}): Terms =>
        sampleTerms({
            legs: [sampleLeg({ sellerPoint: 'solar.point', buyerPoint: 'anna.point' })],
            toleranceBp: 0,
            takeOrPay: false,
            ...changes,
        });
    /** Both slots, in which the seller gives and the buyer takes so much. */
    function settled(terms: Terms, given: readonly bigint[], taken: readonly bigint[]): SettlementMarket {
        const market = new SettlementMarket();
        market.agree(ID, terms);
        given.forEach((exportWh, offset) => {
            market.settle(FIRST_SLOT + offset, {
                'solar.point': { importWh: 0n, exportWh },
                'anna.point': { importWh: taken[offset] ?? 0n, exportWh: 0n },
            });
        });
        return market;
    }
    const costs = (terms: Terms, participantId: string): [bigint, bigint] => {
        const { energyNano, defaultNano } = worstCase(terms, participantId);
        return [energyNano, defaultNano];
    };
    const payments = (market: SettlementMarket, participantId: string): [bigint, bigint] => [
        paid(market, ID, participantId, 'energy'),
        paid(market, ID, participantId, 'default'),
    ];

    it('for a buyer that takes all, and for one that takes nothing', () => {
        const terms = owing();
        expect(costs(terms, 'anna')).to.deep.equal([96_000_000n, 50_000_000n]);
        expect(payments(settled(terms, [300n, 200n], [300n, 200n]), 'anna')).to.deep.equal([96_000_000n, 0n]);
        expect(payments(settled(terms, [300n, 200n], [0n, 0n]), 'anna')).to.deep.equal([0n, 50_000_000n]);
    });

    it('for a buyer that takes nothing and has to pay all the same', () => {
        const terms = owing({ takeOrPay: true });
        expect(costs(terms, 'anna')).to.deep.equal([96_000_000n, 0n]);
        expect(payments(settled(terms, [300n, 200n], [0n, 0n]), 'anna')).to.deep.equal([96_000_000n, 0n]);
    });

    it('for a seller that delivers nothing, up to its cap, and for one that pays to be rid of its energy', () => {
        const terms = owing({ defaultCapNano: amountNano(40_000_000n) });
        expect(costs(terms, 'solar')).to.deep.equal([0n, 40_000_000n]);
        expect(payments(settled(terms, [0n, 0n], [300n, 200n]), 'solar')).to.deep.equal([0n, 40_000_000n]);
        const [leg] = owing().legs;
        const negative = { ...(leg ?? sampleLeg()), priceMicroPerKwh: [-7n, -11n].map(priceMicroPerKwh) };
        const paying = owing({ legs: [negative] });
        expect(costs(paying, 'solar')).to.deep.equal([300n * 7n + 200n * 11n, 50_000_000n]);
        expect(payments(settled(paying, [300n, 200n], [300n, 200n]), 'solar')).to.deep.equal([4_300n, 0n]);
    });

    it('binds what is bought and sold, and costs nobody who is in no leg', () => {
        const terms = owing({ slotCount: 1, legs: [sampleLeg({ energyWh: [energyWh(300n)] })] });
        expect(worstCase(terms, 'solar').slots).to.deep.equal([
            { soldWh: 300n, boughtWh: 0n, energyNano: 0n, defaultNano: 30_000_000n },
        ]);
        expect(worstCase(terms, 'anna').slots[0]).to.include({ soldWh: 0n, boughtWh: 300n });
        expect(worstCase(terms, 'nobody')).to.include({ energyNano: 0n, defaultNano: 0n, costNano: 0n });
    });
});
