import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { FactFinding, FactRef } from './fact.js';
import type { MeteringPoint } from './meter.js';
import type { Participant } from './participant.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/** Most slots and points that one declaration covers: each slot of it is a record. */
export const FORCE_MAJEURE_SLOTS_MAX = 96;
export const FORCE_MAJEURE_POINTS_MAX = 64;
/** Most declarations about one slot: every run of it asks what the regulator says of each, in one call. */
export const DECLARATIONS_MAX = 64;

/**
 * What nobody could avert struck these points in the slots [fromSlot, untilSlot). The network operator says so, before or
 * after; what proves it stays outside, its hash is told. It waives nothing until the regulator has confirmed it.
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

/** What is declared of a slot, in its order, confirmed or not: what settlement reads. */
export type StruckPoints = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    declarations: readonly SlotDeclaration[];
}>;
/** `factHash`: hash of the statement, by which the regulator confirms it. */
type SlotDeclaration = Readonly<{
    declarationId: string;
    factHash: string;
    mspId: string;
    pointIds: readonly string[];
}>;

/** A point that was struck, and whose side says so. */
export type StruckPoint = Readonly<{ pointId: string; mspId: string }>;

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

/**
 * What is known of a slot with a further declaration; another one of the same point may come from another side.
 * @throws FORCE_MAJEURE_INVALID {declarationId, reason}
 */
export function struckBy(
    existing: StruckPoints | null,
    slot: SlotIndex,
    { statement, mspId }: ForceMajeure,
    factHash: string,
): StruckPoints {
    const { carrier, declarationId, pointIds } = statement;
    const before = existing?.declarations ?? [];
    const hasRoom = before.length < DECLARATIONS_MAX;
    demand(hasRoom, 'FORCE_MAJEURE_INVALID', { declarationId, reason: 'too much is declared of one of its slots' });
    return { carrier, slot, declarations: [...before, { declarationId, factHash, mspId, pointIds }] };
}

/** What the regulator is asked about a slot. */
export const declaredFacts = (struck: StruckPoints | null): FactRef[] =>
    (struck?.declarations ?? []).map(({ declarationId, factHash }) => ({
        kind: 'forceMajeure',
        subjectId: declarationId,
        factHash,
    }));

/** Points that declarations strike which the regulator has confirmed. @param findings of `declaredFacts`, in their order */
export const confirmedPoints = (
    struck: StruckPoints | null,
    findings: readonly (FactFinding | null)[],
): StruckPoint[] =>
    (struck?.declarations ?? [])
        .filter((_, index) => findings[index] === 'confirmed')
        .flatMap(({ mspId, pointIds }) => pointIds.map((pointId) => ({ pointId, mspId })));

/** Whether a party is exempt at its point: nobody profits from a declaration of its own side. */
export const isStruck = (points: readonly StruckPoint[], pointId: string, party: Participant): boolean =>
    points.some(
        (struck) =>
            struck.pointId === pointId && struck.mspId !== party.mspId && struck.mspId !== party.beneficialOwnerMspId,
    );
