import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { sampleTerms } from './sample-market.js';

/** What a point gave, or took, in a slot. */
export const given = (exportWh: bigint): { importWh: bigint; exportWh: bigint } => ({ importWh: 0n, exportWh });
export const taken = (importWh: bigint): { importWh: bigint; exportWh: bigint } => ({ importWh, exportWh: 0n });

/** Terms proposed by `p` with these legs among everybody who is named in them, without tolerance. */
export function exactTerms(legs: readonly Leg[], changes: Partial<Terms> = {}): Terms {
    const ids = [...new Set(legs.flatMap((each) => [each.sellerId, each.buyerId]))];
    return sampleTerms({
        proposerId: 'p',
        parties: ids.map((participantId) => ({ participantId, lane: 0 })),
        legs,
        slotCount: legs[0]?.energyWh.length ?? 1,
        toleranceBp: 0,
        ...changes,
    });
}
