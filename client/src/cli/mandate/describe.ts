import type { Mandate } from '@commonwatt/chaincode/domain/mandate';
import { formatAmount, formatPrice } from '../../decimal.js';
import type { SlotNames } from '../slot-names.js';

/** A mandate in lines that its principal can check. */
export function describeMandate({ mandateId, statement, isRevoked }: Mandate, slots: SlotNames): string[] {
    const { principalId, agentId, carriers, sides, slotEnergyMaxWh, untilSlot } = statement;
    const prices = [statement.priceMinMicroPerKwh, statement.priceMaxMicroPerKwh].map(formatPrice);
    const costs = [
        `${formatAmount(statement.slotCostMaxNano)} a slot`,
        `${formatAmount(statement.dayCostMaxNano)} in 96 slots`,
        `${formatAmount(statement.totalCostMaxNano)} in all`,
    ];
    return [
        `${mandateId}: ${isRevoked ? 'revoked' : 'granted'}`,
        `  ${agentId} may ${sides.join(' and ')} ${carriers.join(', ')} for ${principalId}`,
        `  signing ${statement.documents.join(', ')}${statement.mayChangeOthers ? ', also of what it has not signed' : ''}`,
        `  from ${prices.join(' to ')} per kWh, at most ${String(slotEnergyMaxWh)} Wh a slot, before slot ${slots.one(untilSlot)}`,
        `  at worst for ${costs.join(', ')}; of it ${formatAmount(statement.totalDefaultMaxNano)} in default amounts`,
        `  funded from lane ${statement.lanes.join(', ')}, verified by ${['meters', ...statement.sourceIds].join(', ')}`,
        ...(statement.mayDealWithAgent ? [`  ${agentId} may be the other party, or sign for it`] : []),
    ];
}
