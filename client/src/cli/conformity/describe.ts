import type { Conformity } from '@commonwatt/chaincode/domain/conformity';
import type { SlotNames } from '../slot-names.js';

/** A certificate in one line. */
export function describeConformity({ statement }: Conformity, slots: SlotNames): string {
    const { pointId, standardId, status, ratedW, untilSlot, reasonCode } = statement;
    const content = `${String(ratedW)} W, before slot ${slots.one(untilSlot)}`;
    return `${pointId}, ${standardId}: ${status}, ${content} (${reasonCode})`;
}
