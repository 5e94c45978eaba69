import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { FIRST_SLOT, sampleLeg, sampleTerms } from './sample-market.js';

/** Terms of one leg from `solar` to `anna`: energies in Wh and prices in µ/kWh, one per slot. */
export function saleOf(
    energies: readonly bigint[],
    prices: readonly bigint[] = energies.map(() => 200_000n),
    more: Partial<Terms> = {},
): Terms {
    return sampleTerms({
        slotCount: energies.length,
        legs: [sampleLeg({ energyWh: energies.map(energyWh), priceMicroPerKwh: prices.map(priceMicroPerKwh) })],
        toleranceBp: 0,
        defaultCapNano: amountNano(1_000_000_000n),
        ...more,
    });
}

/** Terms as the next version after others: void unless enacted before delivery ends. */
export const following = (before: Terms, next: Terms, changes: Partial<Terms> = {}): Terms => ({
    ...next,
    version: before.version + 1,
    previousHash: termsHashOf(before),
    concludeBeforeSlot: FIRST_SLOT + next.slotCount,
    ...changes,
});
