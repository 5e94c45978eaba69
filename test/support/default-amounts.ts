import type { LegResult } from '@commonwatt/chaincode/domain/settlement';

/** What left escrow for the failure of a leg, by who paid it. */
export function drawnBy(leg: LegResult | undefined): Readonly<Record<string, bigint>> {
    const drawn: Record<string, bigint> = {};
    for (const { liableId, drawnNano } of leg?.defaults ?? []) {
        drawn[liableId] = (drawn[liableId] ?? 0n) + drawnNano;
    }
    return drawn;
}
