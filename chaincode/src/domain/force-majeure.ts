import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { MeteringPoint } from './meter.js';
import type { Participant } from './participant.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/** Most slots and points that one declaration covers: each slot of it is a record. */
export const FORCE_MAJEURE_SLOTS_MAX = 96;
export const FORCE_MAJEURE_POINTS_MAX = 64;

/**
 * What nobody could avert struck these points in the slots [fromSlot, untilSlot). The network operator says so, before or
 * after; what proves it stays outside, its hash is told.
 */
export type ForceMajeureStatement = Readonly<{
    declarationId: string;
    carrier: Carrier;
    pointIds: readonly string[];
    fromSlot: SlotIndex;
    untilSlot: SlotIndex;
    evidenceHash: string;
    reasonCode: string;
}>;

export type ForceMajeure = SignedStatement<ForceMajeureStatement> &
    Readonly<{
        /** MSP of the declaring side. */
        mspId: string;
    }>;

/** Points struck in a slot, in the order in which it was declared: what settlement reads. */
export type StruckPoints = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    points: readonly Readonly<{ pointId: string; declarationId: string; mspId: string }>[];
}>;

/** @throws FORCE_MAJEURE_INVALID {declarationId, reason} */
export function checkForceMajeure(statement: ForceMajeureStatement, points: readonly MeteringPoint[]): void {
    const { declarationId, carrier, fromSlot, untilSlot } = statement;
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'FORCE_MAJEURE_INVALID', { declarationId, reason });
    };
    invalid(untilSlot > fromSlot, 'it lasts at least a slot');
    invalid(untilSlot - fromSlot <= FORCE_MAJEURE_SLOTS_MAX, 'a declaration covers at most a day');
    invalid(
        points.every((point) => point.carrier === carrier),
        'the points are of the carrier',
    );
}

/** What is known of a slot with a further declaration; another one of the same point may come from another side. */
export function struckBy(
    existing: StruckPoints | null,
    slot: SlotIndex,
    { statement, mspId }: ForceMajeure,
): StruckPoints {
    const { carrier, declarationId, pointIds } = statement;
    const points = pointIds.map((pointId) => ({ pointId, declarationId, mspId }));
    return { carrier, slot, points: [...(existing?.points ?? []), ...points] };
}

/** Whether a party is exempt at its point: nobody profits from a declaration of its own side. */
export const isStruck = ({ points }: Pick<StruckPoints, 'points'>, pointId: string, party: Participant): boolean =>
    points.some(
        (struck) =>
            struck.pointId === pointId && struck.mspId !== party.mspId && struck.mspId !== party.beneficialOwnerMspId,
    );
