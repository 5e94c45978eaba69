import { EXEMPTIONS, type Leg, type Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import fc from 'fast-check';
import { FIRST_SLOT, sampleTerms } from './sample-market.js';
import type { Metered } from './settlement-market.js';

/** A whole small market: who agreed what, what was metered in each slot, who halted and what was terminated. */
export type RandomMarket = Readonly<{
    agreements: readonly Readonly<{ agreementId: string; terms: Terms; releaseFromSlot: number | null }>[];
    slots: readonly Readonly<{ slot: number; metered: Readonly<Record<string, Metered>>; halts: readonly Halt[] }>[];
}>;

const PARTICIPANTS = ['ann', 'bob', 'cid', 'dan', 'eve'] as const;
/** Two points each; the second of `eve` has no meter. */
const POINTS = PARTICIPANTS.flatMap((participantId) => [`${participantId}.1`, `${participantId}.2`]);
const SCHEDULED = 'eve.2';
const SLOTS_MAX = 4;

/** Small numbers make ties and exact limits likely; large ones make carries. */
const energy = fc.oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 12n }) },
    { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 1_000n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 12n }) },
);
const price = fc.oneof(
    fc.bigInt({ min: -3n, max: 3n }),
    fc.bigInt({ min: -500_000n, max: 1_000_000n }),
    fc.constant(0n),
);
const rate = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 5n }), fc.bigInt({ min: 0n, max: 1_000_000n }));
const cap = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 10n ** 15n }));

const leg = (slotCount: number): fc.Arbitrary<Leg | null> =>
    fc
        .record({
            ends: fc.shuffledSubarray(POINTS, { minLength: 2, maxLength: 2 }),
            energyWh: fc.array(energy, { minLength: slotCount, maxLength: slotCount }),
            priceMicroPerKwh: fc.array(price, { minLength: slotCount, maxLength: slotCount }),
        })
        .map(({ ends: [sellerPoint = '', buyerPoint = ''], energyWh: energies, priceMicroPerKwh: prices }) => {
            const [sellerId = '', buyerId = ''] = [sellerPoint.split('.')[0], buyerPoint.split('.')[0]];
            const delivers = energies.some((each) => each > 0n);
            return sellerId === buyerId || !delivers
                ? null
                : {
                      carrier: 'electricity',
                      sellerId,
                      sellerPoint,
                      buyerId,
                      buyerPoint,
                      energyWh: energies.map(energyWh),
                      priceMicroPerKwh: prices.map(priceMicroPerKwh),
                  };
        });

/** Terms of one to four legs, `null` where no leg came out sound. */
const terms: fc.Arbitrary<Terms | null> = fc
    .record({ offset: fc.nat({ max: SLOTS_MAX - 1 }), length: fc.integer({ min: 1, max: SLOTS_MAX }) })
    .chain(({ offset, length }) => {
        const slotCount = Math.min(length, SLOTS_MAX - offset);
        return fc.record({
            firstSlot: fc.constant(FIRST_SLOT + offset),
            slotCount: fc.constant(slotCount),
            legs: fc.array(leg(slotCount), { minLength: 1, maxLength: 4 }),
            defaultRateMicroPerKwh: rate.map(priceMicroPerKwh),
            defaultCapNano: cap.map(amountNano),
            toleranceBp: fc.oneof(fc.constant(0), fc.nat({ max: 10_000 })),
            takeOrPay: fc.boolean(),
            exemptions: fc.subarray([...EXEMPTIONS]),
        });
    })
    .map(({ legs: drawn, ...others }) => {
        const legs = drawn.filter((each) => each !== null);
        const ids = [...new Set(legs.flatMap((each) => [each.sellerId, each.buyerId]))];
        const parties = ids.map((participantId) => ({ participantId, lane: 0 }));
        return legs.length === 0
            ? null
            : sampleTerms({ ...others, legs, parties, proposerId: ids[0] ?? '', concludeBeforeSlot: others.firstSlot });
    });

const agreement = fc.record({
    agreementId: fc.integer({ min: 0, max: 0xffff }).map((id) => id.toString(16).padStart(64, '0')),
    terms,
    /** Terminated in the midst of delivery, or not at all. */
    releaseFromSlot: fc.option(fc.integer({ min: FIRST_SLOT - 1, max: FIRST_SLOT + SLOTS_MAX + 1 }), { freq: 3 }),
});

const meteredSlot = fc.record({
    registers: fc.array(fc.record({ importWh: energy, exportWh: energy }), {
        minLength: POINTS.length,
        maxLength: POINTS.length,
    }),
    haltedBy: fc.subarray(['AnnMSP', 'OperatorMSP', 'RegulatorMSP'], { maxLength: 2 }),
    /** Some slots are metered exactly as agreed, or nearly so. */
    asAgreed: fc.boolean(),
});

export const randomMarket: fc.Arbitrary<RandomMarket> = fc
    .record({
        agreements: fc.uniqueArray(agreement, {
            minLength: 1,
            maxLength: 5,
            selector: (each) => each.agreementId,
        }),
        slots: fc.array(meteredSlot, { minLength: SLOTS_MAX, maxLength: SLOTS_MAX }),
    })
    .map(({ agreements: drawn, slots }) => {
        const agreements = drawn.flatMap(({ terms: agreed, ...others }) =>
            agreed === null ? [] : [{ ...others, terms: agreed }],
        );
        return {
            agreements,
            slots: slots.map(({ registers, haltedBy, asAgreed }, offset) => {
                const slot = FIRST_SLOT + offset;
                const metered = POINTS.map((pointId, index) => {
                    const own = registers[index] ?? { importWh: 0n, exportWh: 0n };
                    const contracted = asAgreed ? netOf(agreements, pointId, slot) : 0n;
                    const exact = {
                        importWh: contracted < 0n ? -contracted : 0n,
                        exportWh: contracted > 0n ? contracted : 0n,
                    };
                    return [pointId, pointId === SCHEDULED ? null : asAgreed ? exact : own] as const;
                });
                return {
                    slot,
                    metered: Object.fromEntries(metered),
                    halts: haltedBy.map((mspId) => haltBy(mspId, slot)),
                };
            }),
        };
    });

function netOf(agreements: RandomMarket['agreements'], pointId: string, slot: number): bigint {
    return agreements
        .flatMap(({ terms: agreed }) => agreed.legs.map((each) => ({ leg: each, offset: slot - agreed.firstSlot })))
        .reduce((net, { leg: each, offset }) => {
            const agreedWh = each.energyWh[offset] ?? 0n;
            return net + (each.sellerPoint === pointId ? agreedWh : 0n) - (each.buyerPoint === pointId ? agreedWh : 0n);
        }, 0n);
}

const haltBy = (mspId: string, slot: number): Halt => ({
    statement: { carrier: 'electricity', fromSlot: slot, untilSlot: slot + 1, reasonCode: 'gridDisturbance' },
    mspId,
    officerSubjectHash: 'aa'.repeat(32),
    keyId: 'bb'.repeat(32),
    signature: 'cc'.repeat(64),
    liftedSlot: null,
});

/** `ann` belongs to an organisation that also halts. */
export const mspOf = (participantId: string): string => (participantId === 'ann' ? 'AnnMSP' : 'CommunityMSP');
