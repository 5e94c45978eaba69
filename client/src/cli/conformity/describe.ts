import type { Conformity } from '@commonwatt/chaincode/domain/conformity';

/** A certificate in one line. */
export function describeConformity({ statement }: Conformity): string {
    const { pointId, standardId, status, ratedW, untilSlot, reasonCode } = statement;
    const content = `${String(ratedW)} W, before slot ${String(untilSlot)}`;
    return `${pointId}, ${standardId}: ${status}, ${content} (${reasonCode})`;
}
