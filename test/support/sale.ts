import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';
import { CARRIER, pointOf } from './market.js';

/** Who sells how much in each slot to whom, at one price. */
export type Sale = Readonly<{
    sellerId: string;
    buyerId: string;
    firstSlot: SlotIndex;
    /** One per slot. */
    energyWh: readonly bigint[];
    priceMicroPerKwh: bigint;
}>;

export const DEFAULT_RATE_MICRO = 100_000n;

/** An agreement of one leg with default amounts and a tolerance of 5 %. */
export function saleDraft(sale: Sale, more: Partial<Draft> = {}): Draft {
    const { sellerId, buyerId, firstSlot } = sale;
    const leg: Leg = {
        carrier: CARRIER,
        sellerId,
        sellerPoint: pointOf(sellerId),
        buyerId,
        buyerPoint: pointOf(buyerId),
        energyWh: sale.energyWh.map(energyWh),
        priceMicroPerKwh: sale.energyWh.map(() => priceMicroPerKwh(sale.priceMicroPerKwh)),
    };
    return {
        proposerId: sellerId,
        legs: [leg],
        firstSlot,
        slotCount: sale.energyWh.length,
        defaultRateMicroPerKwh: priceMicroPerKwh(DEFAULT_RATE_MICRO),
        defaultCapNano: amountNano(1_000_000_000n),
        toleranceBp: 500,
        ...more,
    };
}
