import { demand } from './errors.js';
import type { FactFinding, FactRef } from './fact.js';
import type { Counted, Registers } from './meter.js';
import type { SignedStatement } from './signed-statement.js';
import { type CalorificWhPerM3, energyOfVolume, minus, type SlotIndex, type VolumeLitres } from './units.js';

/** Most slots that one statement covers: a day of quarter hours. */
export const CALORIFIC_SLOTS_MAX = 96;
/** Most versions of one slot's value: every run of the slot asks what the regulator says of each, in one call. */
export const CALORIFIC_VERSIONS_MAX = 16;
/** Days after the first of its slots within which a laboratory's first value counts at once. */
export const CALORIFIC_DAYS = 30;

/** The gross calorific value of the gas that flowed in some slots, as the network operator has measured it since. */
export type CalorificStatement = Readonly<{
    fromSlot: SlotIndex;
    slotCount: number;
    calorificWhPerM3: CalorificWhPerM3;
    /** 1 for the first value of these slots; each correction is one more. */
    version: number;
}>;

/** A laboratory, or the network upstream, says the same. */
export type Attestation = Readonly<{ sourceId: string; signature: string }>;

/** A value with the statement that says so. One that does not count at once counts when the regulator has confirmed it. */
export type CalorificVersion = SignedStatement<CalorificStatement> &
    Readonly<{ attestation: Attestation | null; countsAtOnce: boolean }>;

/** What is published for one slot, in its order. */
export type Calorific = Readonly<{ slot: SlotIndex; versions: readonly CalorificVersion[] }>;

/**
 * What is published for a slot with a further version; `null` when it stands already. It counts at once when a laboratory
 * attests it in time, and nothing that counted at once stands before it.
 * @throws CALORIFIC_CONFLICT {slot, version}: another value is published as this version, or an earlier version is not
 */
export function withVersion(
    existing: Calorific | null,
    slot: SlotIndex,
    published: Omit<CalorificVersion, 'countsAtOnce'>,
    isPrompt: boolean,
): Calorific | null {
    const before = existing?.versions ?? [];
    const { version, calorificWhPerM3 } = published.statement;
    const standing = before[version - 1];
    const isAttested = published.attestation === null || standing?.attestation != null;
    if (standing?.statement.calorificWhPerM3 === calorificWhPerM3 && isAttested) {
        return null;
    }
    demand(version === before.length + 1, 'CALORIFIC_CONFLICT', { slot, version });
    const countsAtOnce = published.attestation !== null && isPrompt && !before.some((each) => each.countsAtOnce);
    return { slot, versions: [...before, { ...published, countsAtOnce }] };
}

/** Names a value to the regulator; `factHash` is the hash of its statement. */
export const calorificFact = ({ fromSlot }: CalorificStatement, factHash: string): FactRef => ({
    kind: 'calorific',
    subjectId: `gas-${String(fromSlot)}`,
    factHash,
});

/**
 * The value by which a slot is counted: the last that the regulator has confirmed, else the one that counted at once unless
 * it is rejected.
 * @param findings the regulator's word on each version
 */
export function valueInForce(
    versions: readonly CalorificVersion[],
    findings: readonly (FactFinding | null)[],
): CalorificWhPerM3 | null {
    const confirmed = versions.findLast((_, index) => findings[index] === 'confirmed');
    const prompt = versions.find(({ countsAtOnce }, index) => countsAtOnce && findings[index] !== 'rejected');
    return (confirmed ?? prompt)?.statement.calorificWhPerM3 ?? null;
}

/**
 * Energy between two states of the registers. Gas whose volume was read at both ends is counted by the published value;
 * until there is one, and for whatever was estimated, by the energy that the meter tells.
 */
export function energyBetween(before: Counted, after: Counted, calorific: CalorificWhPerM3 | null): Registers {
    if (calorific === null || before.volume === null || after.volume === null) {
        return {
            importWh: minus(after.importWh, before.importWh),
            exportWh: minus(after.exportWh, before.exportWh),
        };
    }
    const energy = (from: VolumeLitres, to: VolumeLitres): Registers['importWh'] =>
        energyOfVolume(minus(to, from), calorific);
    return {
        importWh: energy(before.volume.importLitres, after.volume.importLitres),
        exportWh: energy(before.volume.exportLitres, after.volume.exportLitres),
    };
}
