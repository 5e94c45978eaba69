import type { Mandate } from '@commonwatt/chaincode/domain/mandate';
import { formatPrice } from '../../decimal.js';
import type { SlotNames } from '../slot-names.js';

/** A mandate in lines that its principal can check. */
export function describeMandate({ mandateId, statement, isRevoked }: Mandate, slots: SlotNames): string[] {
    const { principalId, agentId, carriers, sides, slotEnergyMaxWh, untilSlot } = statement;
    const prices = [statement.priceMinMicroPerKwh, statement.priceMaxMicroPerKwh].map(formatPrice);
    return [
        `${mandateId}: ${isRevoked ? 'revoked' : 'granted'}`,
        `  ${agentId} may ${sides.join(' and ')} ${carriers.join(', ')} for ${principalId}`,
        `  from ${prices.join(' to ')} per kWh, at most ${String(slotEnergyMaxWh)} Wh a slot, before slot ${slots.one(untilSlot)}`,
        ...(statement.mayDealWithAgent ? [`  ${agentId} may be the other party, or sign for it`] : []),
    ];
}
