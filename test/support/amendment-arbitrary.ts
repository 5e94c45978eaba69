import { type Leg, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import fc from 'fast-check';

/** What the parties might agree on next; it is fitted to the terms that it follows. */
export type Change = Readonly<{
    slotCount: number;
    /** Taken in turn for the slots of the legs that may change. */
    quantities: readonly Readonly<{ energyWh: bigint; priceMicroPerKwh: bigint }>[];
    /** Only where delivery has not begun. */
    liability: Readonly<{ rateMicroPerKwh: bigint; capNano: bigint; takeOrPay: boolean; toleranceBp: number }>;
}>;

const quantity = fc.record({
    energyWh: fc.oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: 10n ** 6n })),
    priceMicroPerKwh: fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -500_000n, max: 1_000_000n })),
});

export const randomChange: fc.Arbitrary<Change> = fc.record({
    slotCount: fc.integer({ min: 1, max: 4 }),
    quantities: fc.array(quantity, { minLength: 1, maxLength: 6 }),
    liability: fc.record({
        rateMicroPerKwh: fc.bigInt({ min: 0n, max: 1_000_000n }),
        capNano: fc.oneof(fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 10n ** 12n })),
        takeOrPay: fc.boolean(),
        toleranceBp: fc.nat({ max: 10_000 }),
    }),
});

/**
 * The change as terms that may follow others from a slot on; `null` where a leg would deliver nothing, or slots that
 * have begun would be cut off.
 */
export function amendedFrom(
    before: Terms,
    change: Change,
    { fromSlot, lastSlot }: Readonly<{ fromSlot: number; lastSlot: number }>,
): Terms | null {
    const begun = fromSlot - before.firstSlot;
    const slotCount = Math.min(change.slotCount, lastSlot + 1 - before.firstSlot);
    const legs = before.legs.map((leg, index) => refilled(leg, index, { ...change, begun, slotCount }));
    const delivers = legs.every((leg) => leg.energyWh.some((energy) => energy > 0n));
    if (slotCount < begun || !delivers) {
        return null;
    }
    const { rateMicroPerKwh, capNano, takeOrPay, toleranceBp } = change.liability;
    const liability = {
        defaultRateMicroPerKwh: priceMicroPerKwh(rateMicroPerKwh),
        defaultCapNano: amountNano(capNano),
        takeOrPay,
        toleranceBp,
    };
    return { ...before, ...(begun === 0 ? liability : {}), legs, slotCount, concludeBeforeSlot: before.firstSlot };
}

function refilled(
    leg: Leg,
    index: number,
    { begun, slotCount, quantities }: Readonly<{ begun: number; slotCount: number }> & Pick<Change, 'quantities'>,
): Leg {
    const offsets = Array.from({ length: slotCount }, (_, offset) => offset);
    const drawn = (offset: number) => quantities[(index + offset) % quantities.length];
    return {
        ...leg,
        energyWh: offsets.map((offset) =>
            offset < begun ? (leg.energyWh[offset] ?? energyWh(0n)) : energyWh(drawn(offset)?.energyWh ?? 0n),
        ),
        priceMicroPerKwh: offsets.map((offset) =>
            offset < begun
                ? (leg.priceMicroPerKwh[offset] ?? priceMicroPerKwh(0n))
                : priceMicroPerKwh(drawn(offset)?.priceMicroPerKwh ?? 0n),
        ),
    };
}
