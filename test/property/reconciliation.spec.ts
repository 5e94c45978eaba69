import { type Carrier, METERED_CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import {
    coverAccount,
    escrowAccount,
    EXTERNAL_ACCOUNT,
    ownerOf,
    type Posting,
    subsidyAccount,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import type { Settlement, SettlementInput } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { settlementCodec } from '@commonwatt/chaincode/wire/settlement';
import { expect } from 'chai';
import fc from 'fast-check';
import { convertingMarket, type ConvertingMarket } from '../support/conversion-arbitrary.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SettlementMarket } from '../support/settlement-market.js';

type Slot = Readonly<{ carrier: Carrier; slot: number }>;

/** Runs between the initial ones: after which of them, of which settled slot, and whether the truth is known by then. */
type Interjection = Readonly<{ after: number; of: number; isTrue: boolean }>;

const script = fc.record({
    between: fc.array(fc.record({ after: fc.nat({ max: 9 }), of: fc.nat({ max: 9 }), isTrue: fc.boolean() }), {
        maxLength: 12,
    }),
    /** In which order the slots are corrected in the end. */
    last: fc.shuffledSubarray([0, 1], { minLength: 2, maxLength: 2 }),
});

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** Some points store, some are subsidised: their results hang together from slot to slot. */
const RENEWABLE_STORAGES: SettlementMarket['traits'] = Object.fromEntries(
    METERED_CARRIERS.flatMap((carrier): [string, SettlementMarket['traits'][string]][] => [
        [`ann.${carrier}`, { storageEfficiencyBp: 9_000, fromSlot: FIRST_SLOT }],
        [`bob.${carrier}`, { storageEfficiencyBp: 5_000, isRenewable: true, fromSlot: FIRST_SLOT }],
        [`cid.${carrier}`, { isRenewable: true }],
    ]),
);

type Told = Pick<SettlementInput, 'statements' | 'struck'>;
type World = Pick<SettlementMarket, 'traits'> &
    Readonly<{
        /** What sources and the network operator tell of a slot, sooner or later. */
        told: (slot: Slot, isTrue: boolean) => Told;
    }>;
const PLAIN: World = { traits: {}, told: () => ({ statements: [], struck: [] }) };

/** A source verifies what has no mobility in it: in truth such a share of each leg, and at first whatever of it is known. */
const proofs = fc.record({
    percents: fc.array(fc.bigInt({ min: 0n, max: 130n }), { minLength: 6, maxLength: 6 }),
    heard: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    struck: fc.subarray(['ann', 'bob', 'cid', 'dan', 'eve']),
});
type Proofs = Readonly<{ percents: readonly bigint[]; heard: readonly boolean[]; struck: readonly string[] }>;

function sourced(random: ConvertingMarket): ConvertingMarket {
    const agreements = random.agreements.map(({ agreementId, terms }): ConvertingMarket['agreements'][number] => ({
        agreementId,
        terms: {
            ...terms,
            exemptions: [...terms.exemptions, 'forceMajeure'],
            verification: terms.legs.some(({ carrier }) => carrier === 'mobility') ? 'meters' : { sourceId: 'oracle' },
        },
    }));
    return { ...random, agreements };
}

/** Force majeure is declared afterwards; statements come in part. */
const toldBy =
    ({ agreements }: ConvertingMarket, { percents, heard, struck }: Proofs): World['told'] =>
    ({ carrier, slot }, isTrue) => ({
        statements: agreements.flatMap(({ agreementId, terms }) =>
            terms.legs.flatMap((leg, index) => {
                const agreedWh = leg.energyWh[slot - terms.firstSlot] ?? 0n;
                const deliveredWh = energyWh((agreedWh * (percents[index] ?? 100n)) / 100n);
                const isTold = leg.carrier === carrier && (isTrue || heard[index] === true);
                return isTold ? [{ sourceId: 'oracle', agreementId, leg: index, slot, deliveredWh, version: 1 }] : [];
            }),
        ),
        struck: isTrue ? struck.map((id) => ({ pointId: `${id}.${carrier}`, mspId: 'OperatorMSP' })) : [],
    });

function opened({ agreements }: ConvertingMarket, { traits }: World): SettlementMarket {
    const market = new SettlementMarket();
    market.traits = traits;
    market.rules = {
        ...market.rules,
        networkFeeMicroPerKwh: priceMicroPerKwh(7n),
        subsidyMicroPerKwh: priceMicroPerKwh(3n),
    };
    for (const carrier of METERED_CARRIERS) {
        const filled = amountNano(10n ** 12n);
        const reason = { kind: 'deposit', agreementId: null, slot: null } as const;
        market.postings.push(...transfer(EXTERNAL_ACCOUNT, subsidyAccount(carrier), filled, reason));
    }
    for (const { agreementId, terms } of agreements) {
        market.agree(agreementId, terms);
    }
    return market;
}

const slotsOf = ({ slots }: ConvertingMarket): Slot[] =>
    slots.flatMap((slot) => METERED_CARRIERS.map((carrier) => ({ carrier, slot })));

/** Everything is known at once. */
function atOnce(random: ConvertingMarket, world: World = PLAIN): SettlementMarket {
    const market = opened(random, world);
    for (const { carrier, slot } of slotsOf(random)) {
        const halts = random.halts(carrier, slot);
        market.settle(slot, random.metered(carrier, slot), { carrier, halts, ...world.told({ carrier, slot }, true) });
    }
    return market;
}

/** Settles on what is supposed, corrects some of it meanwhile, and all of it in the end. */
function corrected(
    random: ConvertingMarket,
    { between, last }: Readonly<{ between: readonly Interjection[]; last: readonly number[] }>,
    watch: (market: SettlementMarket, settlement: Settlement) => void = () => undefined,
    world: World = PLAIN,
): SettlementMarket {
    const market = opened(random, world);
    const slots = slotsOf(random);
    const correct = ({ carrier, slot }: Slot, isTrue: boolean): void => {
        const metered = (isTrue ? random.metered : random.supposed)(carrier, slot);
        const halts = random.halts(carrier, slot);
        const told = world.told({ carrier, slot }, isTrue);
        watch(market, market.reconcile(slot, metered, { carrier, halts, ...told }));
    };
    slots.forEach(({ carrier, slot }, index) => {
        const options = { carrier, halts: random.halts(carrier, slot), ...world.told({ carrier, slot }, false) };
        watch(market, market.settle(slot, random.supposed(carrier, slot), options));
        for (const { of, isTrue } of between.filter(({ after }) => after === index)) {
            const settled = slots[of % (index + 1)];
            if (settled !== undefined) {
                correct(settled, isTrue);
            }
        }
    });
    for (const offset of last) {
        // Within a slot, inputs before what is made from them.
        for (const each of slots.filter(({ slot }) => slot === random.slots[offset])) {
            correct(each, true);
        }
    }
    return market;
}

/** What everybody owns in the end, and what the market's own accounts hold. */
function wealth(postings: readonly Posting[]): Record<string, bigint> {
    const totals: Record<string, bigint> = {};
    for (const { account, amountNano } of postings) {
        const owner = ownerOf(account) ?? account;
        totals[owner] = (totals[owner] ?? 0n) + amountNano;
    }
    return Object.fromEntries(Object.entries(totals).filter(([, amount]) => amount !== 0n));
}

function check(market: SettlementMarket, settlement: Settlement): void {
    const { postings, points } = settlement;
    expect(sum(postings.map((posting) => posting.amountNano)), 'postings sum to zero').to.equal(0n);
    expect(sum(points.map((point) => point.imbalanceWh)), 'the energy closes').to.equal(
        sum(points.map((point) => point.meteredWh)),
    );
    expect(settlementCodec.decode(settlementCodec.encode(settlement))).to.deep.equal(settlement);
    for (const execution of market.executions.values()) {
        for (const holding of execution.holdings) {
            expect(holding.energyNano >= 0n && holding.defaultNano >= 0n, 'escrow is never negative').to.equal(true);
            const account = escrowAccount(execution.agreementId, holding.participantId);
            expect(market.balance(account), 'escrow is what was posted').to.equal(heldBy(holding));
        }
    }
    for (const [agreementId, claims] of market.claims) {
        const drawn = new Map<string, bigint>();
        for (const { liableId, drawnNano } of claims.flatMap((each) => each.claims)) {
            drawn.set(liableId, (drawn.get(liableId) ?? 0n) + drawnNano);
        }
        const { defaultCapNano } = market.terms(agreementId);
        expect(
            [...drawn.values()].every((nano) => nano <= defaultCapNano),
            'caps hold',
        ).to.equal(true);
    }
    for (const [participantId, cover] of market.coversOf(settlement.carrier)) {
        const account = coverAccount(participantId, settlement.carrier);
        expect(market.balance(account), 'a cover is what was posted').to.equal(cover);
    }
}

describe('corrections', function () {
    this.timeout(60_000);

    it('in any order and number end in the money of one run that knew everything', async () => {
        let corrections = 0;
        await holds(
            fc.property(convertingMarket, script, (random, order) => {
                const market = corrected(random, order);
                const [now, atFirst] = [wealth(market.postings), wealth(atOnce(random).postings)];
                expect(now).to.deep.equal(atFirst);
                expect(market.heldNano, 'no escrow is left').to.equal(0n);
                corrections += order.between.length;
            }),
            { runs: 150, seconds: 8 },
        );
        expect(corrections).to.be.greaterThan(50);
    });

    it('do so with storages and subsidies, slot after slot, as long as the fund goes', async () => {
        await holds(
            fc.property(convertingMarket, script, (random, order) => {
                const world = { ...PLAIN, traits: RENEWABLE_STORAGES };
                const market = corrected(random, { ...order, last: [0, 1] }, check, world);
                expect(wealth(market.postings)).to.deep.equal(wealth(atOnce(random, world).postings));
            }),
            { runs: 60, seconds: 8 },
        );
    });

    it('do so with what sources state late, and with force majeure declared afterwards', async () => {
        let [stated, struck] = [0, 0];
        await holds(
            fc.property(convertingMarket, proofs, script, (drawn, proof, order) => {
                const random = sourced(drawn);
                const world = { ...PLAIN, told: toldBy(random, proof) };
                const market = corrected(random, order, check, world);
                expect(wealth(market.postings)).to.deep.equal(wealth(atOnce(random, world).postings));
                expect(market.heldNano, 'no escrow is left').to.equal(0n);
                stated += random.agreements.filter(({ terms }) => terms.verification !== 'meters').length;
                struck += proof.struck.length;
            }),
            { runs: 150, seconds: 8 },
        );
        expect([stated > 10, struck > 10]).to.deep.equal([true, true]);
    });

    it('sum to zero, close the energy, and post what records change by, run for run', async () => {
        await holds(
            fc.property(convertingMarket, script, (random, order) => {
                corrected(random, order, check);
            }),
            { runs: 50, seconds: 8 },
        );
    });

    it('that know nothing new post nothing', async () => {
        await holds(
            fc.property(convertingMarket, (random) => {
                const market = atOnce(random);
                for (const { carrier, slot } of slotsOf(random)) {
                    const halts = random.halts(carrier, slot);
                    const { postings, run } = market.reconcile(slot, random.metered(carrier, slot), { carrier, halts });
                    expect([postings, run]).to.deep.equal([[], 1]);
                }
            }),
            { runs: 100, seconds: 5 },
        );
    });
});
