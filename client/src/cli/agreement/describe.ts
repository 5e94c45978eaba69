import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { sumEnergy } from '@commonwatt/chaincode/domain/units';
import { formatAmount, formatPrice, formatRatio } from '../../decimal.js';
import { PLAIN_SLOTS, type SlotNames } from '../slot-names.js';

/** Terms in words: what a party should read before it signs. */
export function describeTerms(terms: Terms, slots: SlotNames = PLAIN_SLOTS): string[] {
    const period = `slots ${slots.range(terms.firstSlot, terms.firstSlot + terms.slotCount - 1)}`;
    const legs = terms.legs.flatMap((leg, index) => {
        const prices = [...new Set(leg.priceMicroPerKwh)].map(formatPrice).join(', ');
        const energy = String(sumEnergy(leg.energyWh));
        const stretches = stretchesOf(leg, terms.firstSlot, slots);
        return [
            `  ${leg.sellerId} sells ${leg.buyerId} ${energy} Wh of ${leg.carrier} at ${prices} per kWh, ${period}`,
            ...(stretches.length > 1 ? stretches : []),
            ...madeFrom(terms, index).map((what) => `    made from ${what}`),
        ];
    });
    const rate = formatPrice(terms.defaultRateMicroPerKwh);
    return [
        ...legs,
        `  default ${rate} per kWh up to ${formatAmount(terms.defaultCapNano)} beyond ${String(terms.toleranceBp)} bp; ` +
            (terms.takeOrPay ? 'take or pay' : 'not take or pay'),
        ...(terms.verification === 'meters' ? [] : [`  delivered is what ${terms.verification.sourceId} states`]),
        `  void unless ${terms.version === 1 ? 'concluded' : 'enacted'} before slot ${slots.one(terms.concludeBeforeSlot)}`,
    ];
}

/** What a leg is made from: `leg 0, 0.38 kWh of each kWh`. */
export const madeFrom = ({ conversions }: Terms, leg: number): string[] =>
    conversions
        .filter(({ outputLeg }) => outputLeg === leg)
        .map(({ inputLeg, ratioBp }) => `leg ${String(inputLeg)}, ${formatRatio(ratioBp)} kWh of each kWh`);

/** Slots in a row with the same energy and price, in one line each. */
function stretchesOf({ energyWh, priceMicroPerKwh }: Leg, firstSlot: number, slots: SlotNames): string[] {
    const stretches: { from: number; to: number; what: string }[] = [];
    energyWh.forEach((energy, offset) => {
        const price = priceMicroPerKwh[offset];
        const what = `${String(energy)} Wh${price === undefined ? '' : ` at ${formatPrice(price)}`}`;
        const last = stretches.at(-1);
        if (last?.what === what) {
            last.to = firstSlot + offset;
        } else {
            stretches.push({ from: firstSlot + offset, to: firstSlot + offset, what });
        }
    });
    return stretches.map(({ from, to, what }) =>
        from === to ? `    slot ${slots.one(from)}: ${what}` : `    slots ${slots.range(from, to)}: ${what} each`,
    );
}
