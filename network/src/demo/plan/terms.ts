import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import {
    amountNano,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
    type SlotIndex,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';
import type { Bid, Contract } from './plan.js';

const DEFAULT_RATE_MICRO = 100_000n;
const DEFAULT_CAP_NANO = 50_000_000_000n;

/** What every agreement of the demo says alike unless it says otherwise. */
export function contractOf(
    name: string,
    slots: readonly SlotIndex[],
    legs: readonly Leg[],
    more: Partial<Draft> = {},
): Contract {
    const [first] = legs;
    return {
        name,
        bids: [],
        ends: 'agreed',
        agentId: null,
        abusive: false,
        draft: {
            proposerId: first?.sellerId ?? '',
            legs,
            firstSlot: slots[0] ?? 0,
            slotCount: slots.length,
            defaultRateMicroPerKwh: priceMicroPerKwh(DEFAULT_RATE_MICRO),
            defaultCapNano: amountNano(DEFAULT_CAP_NANO),
            ...more,
        },
    };
}

/** Supply as households know it: the buyer takes what it needs and pays for that, nobody owes more. */
export const SUPPLY: Partial<Draft> = { takeOrPay: false, defaultRateMicroPerKwh: priceMicroPerKwh(0n) };

/** Whether any energy is delivered at all: a leg without is no leg. */
export const delivers = (leg: Pick<Leg, 'energyWh'>): boolean => sumEnergy(leg.energyWh) > 0n;

/** A contract's draft with other prices on every leg. */
export const pricedAt = (draft: Draft, prices: readonly PriceMicroPerKwh[]): Leg[] =>
    draft.legs.map((leg) => ({ ...leg, priceMicroPerKwh: prices }));

/** Negotiated: who asks what, in turn; the last bid is what the terms say. */
export function negotiated(contract: Contract, bids: readonly Bid[], ends: Contract['ends'] = 'agreed'): Contract {
    const last = bids.at(-1);
    const [first] = bids;
    const legs = pricedAt(contract.draft, last?.prices ?? []);
    return { ...contract, draft: { ...contract.draft, proposerId: first?.by ?? '', legs }, bids, ends };
}
