import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { sumEnergy } from '@commonwatt/chaincode/domain/units';
import { formatAmount, formatPrice } from '../../decimal.js';

/** Terms in words: what a party should read before it signs. */
export function describeTerms(terms: Terms): string[] {
    const slots = `slots ${String(terms.firstSlot)}..${String(terms.firstSlot + terms.slotCount - 1)}`;
    const legs = terms.legs.map((leg) => {
        const prices = [...new Set(leg.priceMicroPerKwh)].map(formatPrice).join(', ');
        const energy = String(sumEnergy(leg.energyWh));
        return `  ${leg.sellerId} sells ${leg.buyerId} ${energy} Wh of ${leg.carrier} at ${prices} per kWh, ${slots}`;
    });
    const rate = formatPrice(terms.defaultRateMicroPerKwh);
    return [
        ...legs,
        `  default ${rate} per kWh up to ${formatAmount(terms.defaultCapNano)} beyond ${String(terms.toleranceBp)} bp; ` +
            (terms.takeOrPay ? 'take or pay' : 'not take or pay'),
        `  void unless ${terms.version === 1 ? 'concluded' : 'enacted'} before slot ${String(terms.concludeBeforeSlot)}`,
    ];
}
