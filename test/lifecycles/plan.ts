import { EXEMPTIONS } from '@commonwatt/chaincode/domain/agreement';
import fc from 'fast-check';
import { POINTS, SLOTS, WORLD_RULES } from './world.js';

/**
 * A lifecycle as it is drawn: numbers that say what to try, whatever the market has become by then. Choices are taken
 * modulo what there is to choose from, so that any part may be left out and the rest still means something: that is what
 * makes a failing case small.
 */
export type Plan = Readonly<{
    rules: number;
    agreements: readonly DrawnAgreement[];
    slots: readonly DrawnSlot[];
    moves: readonly Move[];
    doubts: readonly Doubt[];
    corrections: DrawnCorrections;
}>;

/** A dispute about a reading, mostly of a point at which an agreement delivers, raised at a stage. */
export type Doubt = Readonly<{ stage: number; agreement: number; pick: number; energyWh: bigint }>;

/** What is corrected after all is settled, and one dispute more where every dated run is made. */
export type DrawnCorrections = Readonly<{
    runs: number;
    order: number;
    /** Readings that were missing arrive before. */
    isHeard: boolean;
    last: Doubt;
}>;

export type DrawnLeg = Readonly<{
    carrier: number;
    seller: number;
    buyer: number;
    /** Made from an earlier leg, if one can be, of so much for 10 000 Wh; 0: from none. */
    ratioBp: number;
    energyWh: readonly bigint[];
    price: readonly bigint[];
}>;

export type DrawnTerms = Readonly<{
    /** First slot of delivery and number of slots, within the world's. */
    offset: number;
    length: number;
    /** Who may be drawn as a party; most are. */
    circle: readonly number[];
    legs: readonly DrawnLeg[];
    rate: bigint;
    cap: bigint;
    toleranceBp: number;
    takeOrPay: boolean;
    /** A source verifies delivery: always of coal and oil, never of mobility. */
    sourced: boolean;
    exemptions: readonly (typeof EXEMPTIONS)[number][];
}>;

export type DrawnAgreement = Readonly<{
    terms: DrawnTerms;
    /** Rounds of an offer before everyone accepts; none: the parties exchange signed drafts. */
    rounds: number;
    /** How long before delivery it is concluded, reviewed and funded; a negative one is too late. */
    concludeLead: number;
    fundLead: number;
    /** Who has an agent lets it sign. */
    byAgents: boolean;
    review: 'standing' | 'approve' | 'reject' | 'none';
}>;

/** What a point did in a slot, and when its reading arrives: slots after the end of the slot; `null` is never. */
export type DrawnReading = Readonly<{
    as: 'agreed' | 'nearly' | 'drawn';
    importWh: bigint;
    exportWh: bigint;
    lag: number | null;
}>;

/** What a source says was delivered of what was agreed, and when: slots after the end of the slot; `null` is never. */
export type DrawnStatement = Readonly<{ percent: bigint; lag: number | null }>;

/** Readings in the order of the world's points, statements in that of the legs. */
export type DrawnSlot = Readonly<{
    readings: readonly DrawnReading[];
    stated: readonly DrawnStatement[];
    order: number;
}>;

export const MOVES = [
    'amend',
    'amend',
    'cancel',
    'terminate',
    'terminate',
    'release',
    'fund',
    'lapse',
    'withdraw',
    'halt',
    'halt',
    'lift',
    'lift',
    'suspend',
    'restore',
    'deposit',
    'cover',
    'drawCover',
    'payOut',
    'confirmPayout',
    'returnPayout',
    'subsidise',
    'subsidise',
    'publishCalorific',
    'publishCalorific',
    'forceMajeure',
    'forceMajeure',
    'forceMajeure',
    'forceMajeure',
    'limit',
    'limit',
    'transfer',
    'admit',
    'limit',
    'mandate',
    'mandate',
    'mandate',
    'revokeMandate',
    'rotateKey',
    'loseKey',
    'certify',
    'certify',
    'require',
    'require',
    'exchangeMeter',
    'exchangeMeter',
    'leave',
    'leave',
    'settleEarly',
    'reconcile',
    'reconcile',
    'reconcile',
    'repeat',
    'forgeConsent',
    'forgeAmendment',
    'forgeCancellation',
    'forgeReading',
    'forgeStatement',
    'forgeStatement',
    'forgeVerdict',
] as const;
export type MoveKind = (typeof MOVES)[number];

/** Something that is tried at a stage: 0 lies before the first slot, stage n while the n-th slot runs. */
export type Move = Readonly<{
    kind: MoveKind;
    stage: number;
    agreement: number;
    pick: number;
    energyWh: bigint;
    price: bigint;
}>;

const LEGS_MAX = 6;

/** Small numbers make ties and exact limits likely. */
const energy = fc.oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 12n }) },
    { weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 300n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 1_000_000n }) },
);
const price = fc.oneof(
    { weight: 1, arbitrary: fc.bigInt({ min: -3n, max: 3n }) },
    { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 800_000n }) },
    { weight: 2, arbitrary: fc.bigInt({ min: -400_000n, max: 900_000n }) },
);
const rate = fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 5n }), fc.bigInt({ min: 1n, max: 1_000_000n }));
/** A cap that is often too small for what is claimed. */
const cap = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 10n ** 8n }));

const perSlot = <Value>(each: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
    fc.array(each, { minLength: SLOTS, maxLength: SLOTS });

const leg: fc.Arbitrary<DrawnLeg> = fc.record({
    carrier: fc.nat({ max: 99 }),
    seller: fc.nat({ max: 99 }),
    buyer: fc.nat({ max: 99 }),
    ratioBp: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 10_000, max: 40_000 }),
        fc.constant(10_000),
    ),
    energyWh: perSlot(energy),
    price: perSlot(price),
});

const terms: fc.Arbitrary<DrawnTerms> = fc.record({
    offset: fc.nat({ max: SLOTS - 1 }),
    length: fc.integer({ min: 1, max: SLOTS }),
    circle: fc.array(fc.nat({ max: 99 }), { minLength: 2, maxLength: 6 }),
    legs: fc.array(leg, { minLength: 1, maxLength: LEGS_MAX }),
    rate,
    cap,
    toleranceBp: fc.oneof(fc.constant(0), fc.nat({ max: 2_000 }), fc.nat({ max: 10_000 })),
    takeOrPay: fc.boolean(),
    sourced: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    exemptions: fc.subarray([...EXEMPTIONS]),
});

const agreement: fc.Arbitrary<DrawnAgreement> = fc.record({
    terms,
    rounds: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
    ),
    concludeLead: fc.oneof({ weight: 12, arbitrary: fc.nat({ max: SLOTS }) }, fc.constant(-1)),
    fundLead: fc.oneof({ weight: 24, arbitrary: fc.nat({ max: 1 }) }, fc.constant(-1)),
    byAgents: fc.boolean(),
    review: fc.oneof(
        { weight: 12, arbitrary: fc.constant('standing' as const) },
        { weight: 16, arbitrary: fc.constant('approve' as const) },
        fc.constant('reject' as const),
        fc.constant('none' as const),
    ),
});

const reading: fc.Arbitrary<DrawnReading> = fc.record({
    as: fc.constantFrom('agreed' as const, 'nearly' as const, 'drawn' as const),
    importWh: energy,
    exportWh: energy,
    lag: fc.oneof(
        { weight: 60, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }) },
        fc.constant(null),
    ),
});

const statement: fc.Arbitrary<DrawnStatement> = fc.record({
    percent: fc.oneof(fc.constant(100n), fc.bigInt({ min: 0n, max: 99n }), fc.bigInt({ min: 101n, max: 130n })),
    lag: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 }), fc.constant(null)),
});

const slot: fc.Arbitrary<DrawnSlot> = fc.record({
    readings: fc.array(reading, { minLength: POINTS.length, maxLength: POINTS.length }),
    stated: fc.array(statement, { minLength: LEGS_MAX, maxLength: LEGS_MAX }),
    order: fc.nat({ max: 10_000 }),
});

const move: fc.Arbitrary<Move> = fc
    .record({
        kind: fc.constantFrom(...MOVES),
        stage: fc.nat({ max: SLOTS + 1 }),
        agreement: fc.nat({ max: 9 }),
        pick: fc.nat({ max: 9_999 }),
        energyWh: energy,
        price,
    })
    // Limits, mandates, requirements and certificates mean most before anything is agreed.
    .map((drawn) =>
        ['limit', 'mandate', 'require', 'certify'].includes(drawn.kind) && drawn.pick % 2 === 0
            ? { ...drawn, stage: 0 }
            : drawn,
    );

/** When slots are over and the first ones may be corrected. */
const doubt: fc.Arbitrary<Doubt> = fc.record({
    stage: fc.integer({ min: 3, max: SLOTS + 1 }),
    agreement: fc.nat({ max: 9 }),
    pick: fc.nat({ max: 9_999 }),
    energyWh: energy,
});

const corrections: fc.Arbitrary<DrawnCorrections> = fc.record({
    runs: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 1 }) }, fc.nat({ max: 3 })),
    order: fc.nat({ max: 10_000 }),
    isHeard: fc.boolean(),
    last: doubt,
});

export const plan: fc.Arbitrary<Plan> = fc
    .record({
        rules: fc.nat({ max: WORLD_RULES.length - 1 }),
        agreements: fc.array(agreement, { minLength: 1, maxLength: 3 }),
        slots: fc.array(slot, { minLength: SLOTS, maxLength: SLOTS }),
        moves: fc.array(move, { maxLength: 18 }),
        doubts: fc.array(doubt, { maxLength: 4 }),
        corrections,
    })
    // Who leaves is paid after the final run: it is mostly waited for.
    .map((drawn) =>
        drawn.moves.some(({ kind }) => kind === 'leave') && drawn.corrections.order % 3 > 0
            ? { ...drawn, corrections: { ...drawn.corrections, runs: 3 } }
            : drawn,
    );
