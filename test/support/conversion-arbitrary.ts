import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Carrier, CARRIERS, METERED_CARRIERS, isUpstream } from '@commonwatt/chaincode/domain/charter';
import type { Conversion } from '@commonwatt/chaincode/domain/conversion';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import fc from 'fast-check';
import { FIRST_SLOT, sampleTerms } from './sample-market.js';
import type { Metered } from './settlement-market.js';

/** Agreements over several carriers, with legs made from others, and what each point metered, carrier by carrier. */
export type ConvertingMarket = Readonly<{
    agreements: readonly Readonly<{ agreementId: string; terms: Terms }>[];
    slots: readonly number[];
    metered: (carrier: Carrier, slot: number) => Readonly<Record<string, Metered>>;
    /** What is known of it at first. */
    supposed: (carrier: Carrier, slot: number) => Readonly<Record<string, Metered>>;
    halts: (carrier: Carrier, slot: number) => readonly Halt[];
}>;

const PARTICIPANTS = ['ann', 'bob', 'cid', 'dan', 'eve'] as const;
const SLOTS = 2;
const LEGS = 6;
export const slots = Array.from({ length: SLOTS }, (_, offset) => FIRST_SLOT + offset);

const energy = fc.oneof(
    { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 20n }) },
    { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 3_000n }) },
);
const leg = fc.record({
    carrier: fc.constantFrom(...METERED_CARRIERS),
    ends: fc.shuffledSubarray([...PARTICIPANTS], { minLength: 2, maxLength: 2 }),
    energies: fc.array(energy, { minLength: SLOTS, maxLength: SLOTS }),
    price: fc.bigInt({ min: -3n, max: 200_000n }),
});
/** For each pair of legs that could be converted: the ratio, or not. */
const ratio = fc.option(fc.constantFrom(1, 1_234, 3_333, 5_000, 9_999, 10_000, 35_000), { freq: 4 });

const terms = fc
    .record({
        legs: fc.array(leg, { minLength: 2, maxLength: LEGS }),
        ratios: fc.array(ratio, { minLength: LEGS * LEGS, maxLength: LEGS * LEGS }),
        rate: fc.bigInt({ min: 0n, max: 1_000n }),
        cap: fc.oneof(fc.bigInt({ min: 0n, max: 20_000n }), fc.constant(10n ** 15n)),
        toleranceBp: fc.oneof(fc.constant(0), fc.nat({ max: 3_000 })),
        takeOrPay: fc.boolean(),
        exemptions: fc.constantFrom([], ['halt'] as const),
    })
    .map(({ legs: drawn, ratios, rate, cap, ...others }): Terms | null => {
        const legs = drawn.map(({ carrier, ends: [sellerId = '', buyerId = ''], energies, price }) => ({
            carrier,
            sellerId,
            sellerPoint: `${sellerId}.${carrier}`,
            buyerId,
            buyerPoint: `${buyerId}.${carrier}`,
            energyWh: energies.map(energyWh),
            priceMicroPerKwh: energies.map(() => priceMicroPerKwh(price)),
        }));
        const conversions = legs.flatMap((input, inputLeg) =>
            legs.flatMap((output, outputLeg): Conversion[] => {
                const ratioBp = ratios[inputLeg * LEGS + outputLeg] ?? null;
                const fits = input.buyerId === output.sellerId && isUpstream(input.carrier, output.carrier);
                return fits && ratioBp !== null ? [{ inputLeg, outputLeg, ratioBp }] : [];
            }),
        );
        const kept = withinYield(legs, conversions);
        const ids = [...new Set(legs.flatMap(({ sellerId, buyerId }) => [sellerId, buyerId]))];
        return kept.every((each) => each.energyWh.some((wh) => wh > 0n))
            ? sampleTerms({
                  ...others,
                  proposerId: ids[0] ?? '',
                  parties: ids.map((participantId) => ({ participantId, lane: 0 })),
                  legs: kept,
                  conversions,
                  slotCount: SLOTS,
                  defaultRateMicroPerKwh: priceMicroPerKwh(rate),
                  defaultCapNano: amountNano(cap),
              })
            : null;
    })
    .filter((each) => each !== null);

/** Cuts outputs to what their inputs yield, upstream first. */
function withinYield(legs: readonly Leg[], conversions: readonly Conversion[]): Leg[] {
    const kept = [...legs];
    for (const carrier of METERED_CARRIERS) {
        legs.forEach((output, outputLeg) => {
            const inputs = conversions.filter((conversion) => conversion.outputLeg === outputLeg);
            if (output.carrier === carrier && inputs.length > 0) {
                const cut = output.energyWh.map((wh, offset) => {
                    const yields = inputs.reduce(
                        (sum, { inputLeg, ratioBp }) =>
                            sum + ((kept[inputLeg]?.energyWh[offset] ?? 0n) * BigInt(ratioBp)) / 10_000n,
                        0n,
                    );
                    return energyWh(wh < yields ? wh : yields);
                });
                kept[outputLeg] = { ...output, energyWh: cut };
            }
        });
    }
    return kept;
}

const share = fc.oneof(fc.constant(100n), fc.constant(0n), fc.bigInt({ min: 0n, max: 130n }));
const shares = fc.array(share, {
    minLength: PARTICIPANTS.length * METERED_CARRIERS.length * SLOTS,
    maxLength: PARTICIPANTS.length * METERED_CARRIERS.length * SLOTS,
});

/** Points give and take a share, in percent, of what was agreed; and some carriers are halted. */
export const convertingMarket: fc.Arbitrary<ConvertingMarket> = fc
    .record({
        agreed: fc.array(terms, { minLength: 1, maxLength: 3 }),
        shares,
        supposed: shares,
        halted: fc.subarray<Carrier>([...METERED_CARRIERS], { maxLength: 2 }),
    })
    .map(({ agreed, shares: real, supposed, halted }) => {
        const agreements = agreed.map((each, index) => ({ agreementId: String(index + 1).repeat(64), terms: each }));
        const by =
            (percents: readonly bigint[]): ConvertingMarket['metered'] =>
            (carrier, slot) =>
                Object.fromEntries(
                    PARTICIPANTS.map((id, index) => {
                        const at =
                            (slots.indexOf(slot) * METERED_CARRIERS.length + CARRIERS.indexOf(carrier)) * 5 + index;
                        const percent = percents[at] ?? 100n;
                        const pointId = `${id}.${carrier}`;
                        const net = (netOf(agreements, pointId, slot) * percent) / 100n;
                        return [pointId, { exportWh: net > 0n ? net : 0n, importWh: net < 0n ? -net : 0n }];
                    }),
                );
        return {
            agreements,
            slots,
            metered: by(real),
            supposed: by(supposed),
            halts: (carrier, slot) => (halted.includes(carrier) ? [haltOf(carrier, slot)] : []),
        };
    });

export function netOf(agreements: ConvertingMarket['agreements'], pointId: string, slot: number): bigint {
    return agreements
        .flatMap(({ terms: agreed }) => agreed.legs)
        .reduce((net, each) => {
            const agreedWh = each.energyWh[slot - FIRST_SLOT] ?? 0n;
            return net + (each.sellerPoint === pointId ? agreedWh : 0n) - (each.buyerPoint === pointId ? agreedWh : 0n);
        }, 0n);
}

const haltOf = (carrier: Carrier, slot: number): Halt => ({
    statement: { carrier, fromSlot: slot, untilSlot: slot + 1, reasonCode: 'gridDisturbance' },
    mspId: 'OperatorMSP',
    officerSubjectHash: 'aa'.repeat(32),
    keyId: 'bb'.repeat(32),
    signature: 'cc'.repeat(64),
    liftedSlot: null,
});
