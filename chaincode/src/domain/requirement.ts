import type { Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { SignedStatement } from './signed-statement.js';
import type { EnergyWh, SlotIndex } from './units.js';

/**
 * What the operator of a supply network asks of agreements delivered through it (paper §2.2). A later version replaces
 * it; agreements that are concluded stay as they are until they are amended.
 */
export type RequirementStatement = Readonly<{
    carrier: Carrier;
    version: number;
    /** A leg with more energy in a slot accepts curtailment; `null`: none has to. */
    curtailableAboveWh: EnergyWh | null;
    /** Whole slots between the conclusion and the first slot that it promises or changes. */
    leadTimeSlots: number;
    /** Largest deviation without a default amount. */
    toleranceBpMax: number;
    reasonCode: string;
}>;

export type Requirement = SignedStatement<RequirementStatement>;

/** @throws REQUIREMENT_CONFLICT {carrier, version} unless the statement is the next version */
export function followsRequirement(existing: Requirement | null, statement: RequirementStatement): void {
    const { carrier } = statement;
    const version = existing?.statement.version ?? 0;
    demand(statement.version === version + 1, 'REQUIREMENT_CONFLICT', { carrier, version });
}

/** @throws REQUIREMENT_NOT_MET {carrier, version, requirement} for what terms say themselves */
export function demandMet({ statement }: Requirement, terms: Terms): void {
    const { curtailableAboveWh, toleranceBpMax } = statement;
    const isLarge = terms.legs.some(
        ({ carrier, energyWh }) =>
            carrier === statement.carrier &&
            curtailableAboveWh !== null &&
            energyWh.some((energy) => energy > curtailableAboveWh),
    );
    refuse(statement, terms.curtailable || !isLarge, 'curtailableAboveWh');
    refuse(statement, terms.toleranceBp <= toleranceBpMax, 'toleranceBpMax');
}

/** @throws REQUIREMENT_NOT_MET {carrier, version, requirement} */
export function demandInTime({ statement }: Requirement, isInTime: boolean): void {
    refuse(statement, isInTime, 'leadTimeSlots');
}

function refuse({ carrier, version }: RequirementStatement, holds: boolean, requirement: string): void {
    demand(holds, 'REQUIREMENT_NOT_MET', { carrier, version, requirement });
}

/** The first slot of a carrier in which terms differ from those that they replace; `null` when none does. */
export function firstChange(before: Terms, next: Terms, carrier: Carrier): SlotIndex | null {
    const slotCount = Math.max(before.slotCount, next.slotCount);
    for (let offset = 0; offset < slotCount; offset += 1) {
        const same = next.legs.every((leg, index) => {
            const replaced = before.legs[index];
            return (
                leg.carrier !== carrier ||
                ((leg.energyWh[offset] ?? 0n) === (replaced?.energyWh[offset] ?? 0n) &&
                    leg.priceMicroPerKwh[offset] === replaced?.priceMicroPerKwh[offset])
            );
        });
        if (!same) {
            return next.firstSlot + offset;
        }
    }
    return null;
}
