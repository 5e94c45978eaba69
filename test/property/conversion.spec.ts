import { checkTerms, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Carrier, METERED_CARRIERS, isUpstream } from '@commonwatt/chaincode/domain/charter';
import { MarketError } from '@commonwatt/chaincode/domain/errors';
import type { LegResult, Settlement } from '@commonwatt/chaincode/domain/settlement';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { settlementCodec } from '@commonwatt/chaincode/wire/settlement';
import { expect } from 'chai';
import fc from 'fast-check';
import { convertingMarket, type ConvertingMarket, netOf } from '../support/conversion-arbitrary.js';
import { holds } from '../support/property.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { type Metered, SettlementMarket } from '../support/settlement-market.js';

type Run = Readonly<{ carrier: Carrier; slot: number }>;
const keyOf = ({ carrier, slot }: Run): string => `${carrier}/${slot}`;
const runsOf = ({ slots }: ConvertingMarket): Run[] =>
    slots.flatMap((slot) => METERED_CARRIERS.map((carrier) => ({ carrier, slot })));

function opened(random: ConvertingMarket): SettlementMarket {
    const market = new SettlementMarket();
    random.agreements.forEach(({ agreementId, terms }) => {
        market.agree(agreementId, terms);
    });
    return market;
}

/** Settles run by run in the given order; what is refused is tried again after the others. */
function push(
    random: ConvertingMarket,
    order: readonly Run[],
): { market: SettlementMarket; settled: Map<string, Settlement> } {
    const market = opened(random);
    const settled = new Map<string, Settlement>();
    let waiting = [...order];
    while (waiting.length > 0) {
        const before = waiting.length;
        waiting = waiting.filter((run) => {
            try {
                const { carrier, slot } = run;
                const halts = random.halts(carrier, slot);
                settled.set(keyOf(run), market.settle(slot, random.metered(carrier, slot), { carrier, halts }));
                return false;
            } catch (error) {
                expect(error).to.be.instanceOf(MarketError).and.to.include({ code: 'SETTLEMENT_OUT_OF_ORDER' });
                return true;
            }
        });
        expect(waiting.length, 'some run can always be settled').to.be.lessThan(before);
    }
    return { market, settled };
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right);
const resultsOf = (settled: ReadonlyMap<string, Settlement>): readonly (LegResult & Run)[] =>
    [...settled.values()].flatMap(({ legs, carrier, slot }) => legs.map((each) => ({ ...each, carrier, slot })));

function termsOf({ agreements }: ConvertingMarket, { agreementId }: LegResult): Terms {
    const terms = agreements.find((each) => each.agreementId === agreementId)?.terms;
    if (terms === undefined) {
        throw new Error('a result is of an agreement');
    }
    return terms;
}

/** What a leg lacks beyond the tolerance, whoever's failure it is; of mobility nobody owes. */
function owedWh({ takeOrPay, toleranceBp, legs }: Terms, { leg, agreedWh, shortWh, untakenWh }: LegResult): bigint {
    const paysUntaken = takeOrPay && legs[leg]?.carrier !== 'mobility';
    const excess = shortWh - (paysUntaken ? 0n : untakenWh);
    return larger(0n, (excess < 0n ? -excess : excess) - (agreedWh * BigInt(toleranceBp)) / 10_000n);
}

describe('agreements over several carriers', function () {
    this.timeout(30_000);

    it('are drawn as the rules admit them, many with chains of conversions', async () => {
        const carriers = Object.fromEntries(
            METERED_CARRIERS.map((carrier) => [
                carrier,
                { ...ELECTRICITY_RULES, slotEnergyMaxWh: energyWh(10n ** 6n) },
            ]),
        );
        let chains = 0;
        await holds(
            fc.property(convertingMarket, ({ agreements }) => {
                for (const { terms } of agreements) {
                    checkTerms(terms, { ...RULES, carriers });
                    const inputs = new Set(terms.conversions.map(({ inputLeg }) => inputLeg));
                    chains += terms.conversions.some(({ outputLeg }) => inputs.has(outputLeg)) ? 1 : 0;
                }
            }),
            { runs: 200, seconds: 2 },
        );
        expect(chains).to.be.greaterThan(5);
    });

    it('sum to zero, never overdraw escrow, and leave it empty', async () => {
        await holds(
            fc.property(convertingMarket, (random) => {
                const { market, settled } = push(random, runsOf(random));
                for (const settlement of settled.values()) {
                    expect(sum(settlement.postings.map((posting) => posting.amountNano))).to.equal(0n);
                    expect(settlementCodec.decode(settlementCodec.encode(settlement))).to.deep.equal(settlement);
                }
                expect(market.heldNano).to.equal(0n);
                for (const { agreementId, terms } of random.agreements) {
                    expect(market.execution(agreementId).state).to.equal('completed');
                    for (const { participantId } of terms.parties) {
                        const drawn = resultsOf(settled)
                            .filter((each) => each.agreementId === agreementId)
                            .flatMap((each) => each.defaults)
                            .filter((each) => each.liableId === participantId);
                        expect(sum(drawn.map((each) => each.drawnNano)) <= terms.defaultCapNano).to.equal(true);
                    }
                }
            }),
            { runs: 300, seconds: 6 },
        );
    });

    it('attribute every shortage to somebody, and of it claim what is beyond the tolerance', async () => {
        await holds(
            fc.property(convertingMarket, (random) => {
                const unhalted = { ...random, halts: () => [] };
                for (const leg of resultsOf(push(unhalted, runsOf(random)).settled)) {
                    const terms = termsOf(random, leg);
                    const buyerId = terms.legs[leg.leg]?.buyerId;
                    expect(sum(leg.causes.map((cause) => cause.energyWh))).to.equal(leg.shortWh);
                    const owed = owedWh(terms, leg) * terms.defaultRateMicroPerKwh;
                    const claimed = sum(leg.defaults.map((each) => each.claimedNano));
                    const isOwnCustomer = leg.causes.some(
                        ({ causeLeg }) => terms.legs[causeLeg]?.sellerId === buyerId && causeLeg !== leg.leg,
                    );
                    if (isOwnCustomer) {
                        expect(claimed <= owed, 'nobody owes itself').to.equal(true);
                    } else {
                        expect(claimed).to.equal(owed);
                    }
                }
            }),
            { runs: 300, seconds: 6 },
        );
    });

    it('let nobody owe for a leg whose carrier was halted, nor for what follows from it', async () => {
        await holds(
            fc.property(convertingMarket, (random) => {
                for (const leg of resultsOf(push(random, runsOf(random)).settled)) {
                    const terms = termsOf(random, leg);
                    const exempt = (carrier: Carrier | undefined): boolean =>
                        terms.exemptions.includes('halt') &&
                        carrier !== undefined &&
                        random.halts(carrier, leg.slot).length > 0;
                    for (const { causeLeg } of leg.defaults) {
                        expect(exempt(leg.carrier)).to.equal(false);
                        expect(exempt(terms.legs[causeLeg]?.carrier)).to.equal(false);
                    }
                }
            }),
            { runs: 300, seconds: 6 },
        );
    });

    it('let a converter that made all it could of what came owe nothing', async () => {
        await holds(
            fc.property(convertingMarket, (random) => {
                const market = opened(random);
                const settled = new Map<string, Settlement>();
                for (const { carrier, slot } of runsOf(random)) {
                    const metered = honestly(random, settled, { carrier, slot });
                    settled.set(keyOf({ carrier, slot }), market.settle(slot, metered, { carrier }));
                }
                for (const leg of resultsOf(settled)) {
                    const terms = termsOf(random, leg);
                    const made = terms.conversions.some(({ outputLeg }) => outputLeg === leg.leg);
                    if (made) {
                        const sellerId = terms.legs[leg.leg]?.sellerId;
                        const own = leg.defaults.filter(
                            (each) => each.causeLeg === leg.leg && each.liableId === sellerId,
                        );
                        expect(own).to.deep.equal([]);
                    }
                }
            }),
            { runs: 300, seconds: 6 },
        );
    });

    it('come to the same whatever the order in which the runs are pushed', async () => {
        await holds(
            fc.property(convertingMarket, fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), (random, keys) => {
                const inOrder = runsOf(random);
                const shuffled = inOrder
                    .map((run, index) => ({ run, key: keys[index] ?? 0 }))
                    .sort((left, right) => left.key - right.key)
                    .map(({ run }) => run);
                const [one, other] = [push(random, inOrder), push(random, shuffled)];
                expect(new Map([...other.settled].sort())).to.deep.equal(new Map([...one.settled].sort()));
                expect(other.market.executions).to.deep.equal(one.market.executions);
            }),
            { runs: 150, seconds: 6 },
        );
    });
});

/**
 * What the points meter when converters give the most that their inputs allow, and everybody else does as it likes.
 * Each point's shortage is at most what its failed inputs explain.
 */
function honestly(
    random: ConvertingMarket,
    settled: ReadonlyMap<string, Settlement>,
    { carrier, slot }: Run,
): Record<string, Metered> {
    const metered: Record<string, Metered> = { ...random.metered(carrier, slot) };
    for (const pointId of Object.keys(metered)) {
        const sold = random.agreements.flatMap(({ agreementId, terms }) =>
            terms.legs.flatMap((leg, index) =>
                leg.sellerPoint === pointId ? [{ agreementId, terms, leg, index }] : [],
            ),
        );
        const converts = sold.some(({ terms, index }) =>
            terms.conversions.some(({ outputLeg }) => outputLeg === index),
        );
        if (converts) {
            const lost = sold.map(({ agreementId, terms, leg, index }) => {
                const inputs = terms.conversions.filter(({ outputLeg }) => outputLeg === index);
                const promised = leg.energyWh[slot - FIRST_SLOT] ?? 0n;
                const made = sum(
                    inputs.map(({ inputLeg, ratioBp }) => {
                        const input = terms.legs[inputLeg];
                        expect(input !== undefined && isUpstream(input.carrier, carrier)).to.equal(true);
                        const result = settled
                            .get(keyOf({ carrier: input?.carrier ?? carrier, slot }))
                            ?.legs.find((each) => each.agreementId === agreementId && each.leg === inputLeg);
                        return (((result?.agreedWh ?? 0n) - (result?.shortWh ?? 0n)) * BigInt(ratioBp)) / 10_000n;
                    }),
                );
                return inputs.length === 0 ? 0n : larger(0n, promised - made);
            });
            const net = netOf(random.agreements, pointId, slot) - sum(lost);
            metered[pointId] = { exportWh: larger(0n, net), importWh: larger(0n, -net) };
        }
    }
    return metered;
}
