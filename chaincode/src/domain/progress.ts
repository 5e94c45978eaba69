import { type Carrier, isUpstream } from './charter.js';
import { demand } from './errors.js';
import type { SlotIndex } from './units.js';

/** Next slot of an agreement to settle on one of its carriers. */
export type Progress = Readonly<{ carrier: Carrier; nextSlot: SlotIndex }>;

type Settling = Readonly<{ agreementId: string; progress: readonly Progress[] }>;

/**
 * An agreement is settled slot after slot, and within a slot carrier after carrier in the order of conversion: so
 * everybody draws the caps alike, and what an input fell short of is known when what is made from it is settled.
 * Carriers that no agreement ties together do not wait for each other.
 * @throws SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}: the carrier has to be settled first, or has
 * been settled already
 */
export function demandTurn({ agreementId, progress }: Settling, carrier: Carrier, slot: SlotIndex): void {
    for (const { carrier: other, nextSlot } of progress) {
        const dueSlot = isUpstream(other, carrier) ? slot + 1 : slot;
        demand(nextSlot === dueSlot, 'SETTLEMENT_OUT_OF_ORDER', { agreementId, carrier: other, slot, nextSlot });
    }
}

/** The slot of the carrier is settled. */
export const advance = (progress: readonly Progress[], carrier: Carrier): Progress[] =>
    progress.map((entry) => (entry.carrier === carrier ? { carrier, nextSlot: entry.nextSlot + 1 } : entry));
