import { coverAccount, escrowAccount, netByAccount } from '@commonwatt/chaincode/domain/posting';
import { checkTerms } from '@commonwatt/chaincode/domain/agreement';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { settlementCodec } from '@commonwatt/chaincode/wire/settlement';
import { expect } from 'chai';
import { mspOf, type RandomMarket, randomMarket } from '../support/market-arbitrary.js';
import { holds } from '../support/property.js';
import { ELECTRICITY_RULES, RULES } from '../support/sample-market.js';
import { SettlementMarket } from '../support/settlement-market.js';
import fc from 'fast-check';

type Watch = (market: SettlementMarket, settlement: Settlement) => void;

/** Funds every agreement, then releases and settles slot by slot, as the market would. */
function play(random: RandomMarket, reversed: boolean, watch: Watch = () => undefined): SettlementMarket {
    const market = new SettlementMarket(mspOf);
    const agreements = reversed ? [...random.agreements].reverse() : random.agreements;
    for (const { agreementId, terms } of agreements) {
        market.agree(agreementId, terms);
    }
    for (const { slot, metered, halts } of random.slots) {
        for (const { agreementId, releaseFromSlot } of agreements) {
            // A release names the first slot that has not begun, so at the beginning of a slot it is this one.
            if (releaseFromSlot === slot && market.execution(agreementId).state === 'inForce') {
                market.release(agreementId, slot);
            }
        }
        watch(market, market.settle(slot, metered, { halts, reversed }));
    }
    return market;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

function checkSettlement(market: SettlementMarket, settlement: Settlement): void {
    const { postings, points, legs } = settlement;
    expect(sum(postings.map((posting) => posting.amountNano)), 'postings sum to zero').to.equal(0n);
    expect(sum(points.map((point) => point.imbalanceWh)), 'the energy closes').to.equal(
        sum(points.map((point) => point.meteredWh)),
    );
    for (const leg of legs) {
        const within = leg.shortWh <= leg.agreedWh && leg.untakenWh <= leg.agreedWh && leg.deliveredWh <= leg.agreedWh;
        expect(within, 'a leg is short of, leaves and delivers at most what was agreed').to.equal(true);
    }
    const posted = netByAccount(market.postings);
    for (const execution of market.executions.values()) {
        for (const holding of execution.holdings) {
            expect(holding.energyNano >= 0n && holding.defaultNano >= 0n, 'escrow is never negative').to.equal(true);
            const account = escrowAccount(execution.agreementId, holding.participantId);
            expect(posted.get(account) ?? 0n, 'escrow is what was posted').to.equal(heldBy(holding));
        }
    }
    for (const [participantId, cover] of market.coversOf('electricity')) {
        expect(posted.get(coverAccount(participantId, 'electricity')) ?? 0n, 'a cover is what was posted').to.equal(
            cover,
        );
    }
    expect(settlementCodec.decode(settlementCodec.encode(settlement))).to.deep.equal(settlement);
}

describe('the settlement of random markets', function () {
    this.timeout(20_000);

    it('draws terms that the rules admit', async () => {
        const wide = { ...ELECTRICITY_RULES, slotEnergyMaxWh: energyWh(10n ** 12n) };
        await holds(
            fc.property(randomMarket, ({ agreements }) => {
                for (const { terms } of agreements) {
                    checkTerms(terms, { ...RULES, carriers: { electricity: wide } });
                }
            }),
            { runs: 200, seconds: 1 },
        );
    });

    it('sums to zero, closes the energy, and leaves the escrow empty', async () => {
        await holds(
            fc.property(randomMarket, (random) => {
                const market = play(random, false, checkSettlement);
                for (const execution of market.executions.values()) {
                    expect(FINAL_STATES).to.include(execution.state);
                }
                expect(market.heldNano).to.equal(0n);
            }),
            { runs: 500, seconds: 3 },
        );
    });

    it('depends on no order: of agreements, of points', async () => {
        await holds(
            fc.property(randomMarket, (random) => {
                const [forwards, backwards]: Settlement[][] = [[], []];
                play(random, false, (_, settlement) => forwards?.push(settlement));
                play(random, true, (_, settlement) => backwards?.push(settlement));
                expect(backwards).to.deep.equal(forwards);
            }),
            { runs: 200, seconds: 1 },
        );
    });

    it('draws of each party at most the cap, and none where it did what it agreed', async () => {
        await holds(
            fc.property(randomMarket, (random) => {
                const market = play(random, false);
                for (const { agreementId, terms } of random.agreements) {
                    for (const { participantId } of terms.parties) {
                        const account = escrowAccount(agreementId, participantId);
                        const drawn = market.postings.filter(
                            (posting) => posting.account === account && posting.kind === 'default',
                        );
                        const total = -sum(drawn.map((posting) => posting.amountNano));
                        expect(total <= terms.defaultCapNano).to.equal(true);
                    }
                }
            }),
            { runs: 200, seconds: 1 },
        );
    });

    it('of what was delivered as agreed pays the price of it and nothing else', async () => {
        await holds(
            fc.property(randomMarket, (random) => {
                const agreements = random.agreements.map((each) => ({ ...each, releaseFromSlot: null }));
                const exact = {
                    ...random,
                    agreements,
                    slots: random.slots.filter((each) => isExact(agreements, each)),
                };
                fc.pre(exact.slots.length === random.slots.length);
                play(exact, false, (_, settlement) => {
                    for (const { agreedWh, deliveredWh, defaults } of settlement.legs) {
                        expect([deliveredWh, defaults]).to.deep.equal([agreedWh, []]);
                    }
                    expect(settlement.points.every((point) => point.imbalanceNano === 0n)).to.equal(true);
                });
            }),
            { runs: 100, seconds: 1 },
        );
    });

    it('charges imbalance at one price or the other, never less than it should', async () => {
        await holds(
            fc.property(randomMarket, fc.bigInt({ min: -300_000n, max: 90_000n }), (random, long) => {
                const rules = { ...ELECTRICITY_RULES, imbalanceLongMicroPerKwh: priceMicroPerKwh(long) };
                const market = new SettlementMarket(mspOf);
                market.rules = rules;
                for (const { agreementId, terms } of random.agreements) {
                    market.agree(agreementId, terms);
                }
                for (const { slot, metered, halts } of random.slots) {
                    for (const point of market.settle(slot, metered, { halts }).points) {
                        const price = point.imbalanceWh < 0n ? rules.imbalanceShortMicroPerKwh : long;
                        expect(point.imbalanceNano).to.equal(point.imbalanceWh * price);
                    }
                }
            }),
            { runs: 100, seconds: 1 },
        );
    });
});

/** Whether every point did in the slot what its agreements say. */
function isExact(agreements: RandomMarket['agreements'], { slot, metered }: RandomMarket['slots'][number]): boolean {
    return Object.entries(metered).every(([pointId, energy]) => {
        if (energy === null || energy === 'missing') {
            return true;
        }
        const contracted = agreements.flatMap(({ terms }) =>
            terms.legs.map((leg) => {
                const agreed = leg.energyWh[slot - terms.firstSlot] ?? 0n;
                const side = leg.sellerPoint === pointId ? 1n : leg.buyerPoint === pointId ? -1n : 0n;
                return side * agreed;
            }),
        );
        return energy.exportWh - energy.importWh === sum(contracted);
    });
}
