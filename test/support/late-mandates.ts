import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { documentSignerOf, type Market, type MandateBounds } from '@commonwatt/client';
import { newSigningKey } from '@commonwatt/client/signing-key';
import { type Buyer, concluded, newBuyer, type Prepared, saleTo, SLOT_WH, type Step } from './late-steps.js';
import { CARRIER, RETAILER, type TestMarket } from './market.js';
import { WIDE_RIGHTS } from './wide-bounds.js';

/** An agent may sign this long ahead. */
const SLOTS = 96;

/** Somebody who has never bought, with an agent that signs for nobody else: one sale's energy in a slot. */
export async function newPrincipal(market: TestMarket): Promise<Buyer> {
    const { buyerId } = await newBuyer(market);
    const agent = { ...RETAILER, id: `agent-of-${buyerId}` };
    await market.apply(agent);
    await market.qualify(agent);
    const granted = await market.as(buyerId).mandates.grant(boundsOf(market, buyerId, agent.id));
    return { buyerId, signerId: agent.id, mandateId: granted.value.mandateId };
}

const boundsOf = (market: TestMarket, principalId: string, agentId: string): MandateBounds => ({
    principalId,
    agentId,
    ...WIDE_RIGHTS,
    carriers: [CARRIER],
    sides: ['buy'],
    priceMinMicroPerKwh: priceMicroPerKwh(0n),
    priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
    slotEnergyMaxWh: energyWh(SLOT_WH),
    untilSlot: market.nextSlot + SLOTS,
    mayDealWithAgent: false,
});

/** Another mandate for the same agent. */
export const grant: Step = (market, buyer, slot) => {
    const { buyerId, signerId } = buyer;
    const bounds = boundsOf(market, buyerId, signerId);
    const act = (own: Market): Promise<unknown> => own.mandates.grant(bounds);
    return Promise.resolve({ buyer, terms: saleTo(buyerId, slot), ready: { as: buyerId, act } });
};

export const revoke: Step = (_market, buyer, slot) => {
    const { buyerId } = buyer;
    const act = (own: Market): Promise<unknown> => own.mandates.revoke(buyerId, mandateOf(buyer));
    return Promise.resolve({ buyer, terms: saleTo(buyerId, slot), ready: { as: buyerId, act } });
};

/** The principal takes the mandate back. */
export const takeBack = (market: TestMarket, { buyer }: Prepared): Promise<unknown> =>
    market.as(buyer.buyerId).mandates.revoke(buyer.buyerId, mandateOf(buyer));

/** The agent binds its principal to as much as the mandate allows, at another point of the seller's. */
export async function useUp(market: TestMarket, { buyer, terms }: Prepared): Promise<void> {
    const pointId = `more-for-${buyer.buyerId}`;
    const point = { pointId, participantId: RETAILER.id, carrier: CARRIER, fromSlot: terms.firstSlot } as const;
    await market.registerSigned({ ...point, ...PLAIN_POINT, connectionPoint: 'slack', meter: null }, null);
    const other = saleTo(buyer.buyerId, terms.firstSlot);
    const legs = other.legs.map((leg): Terms['legs'][number] => ({ ...leg, sellerPoint: pointId }));
    await concluded(market, buyer, { ...other, legs });
}

/** Whoever it is, it signs with another key from now on. */
export const replaceKey = (market: TestMarket, participantId: string): Promise<unknown> =>
    market.as(participantId).participants.rotateKey(participantId, documentSignerOf(newSigningKey().privateKey));

function mandateOf({ buyerId, mandateId }: Buyer): string {
    if (mandateId === null) {
        throw new Error(`${buyerId} signs for itself`);
    }
    return mandateId;
}
