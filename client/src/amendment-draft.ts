import type { Agreement, Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { EnergyWh, PriceMicroPerKwh, SlotIndex } from '@commonwatt/chaincode/domain/units';
import { InvalidError } from './errors.js';

/** What parties change between them, from a slot on; the rest stays as it is. */
export type AmendmentChanges = Readonly<{
    version: number;
    /** Position of the leg whose quantities change. */
    leg: number;
    fromSlot: SlotIndex;
    /** First slot no longer delivered; without it the period stays. */
    endSlot?: SlotIndex;
    /** From `fromSlot` on: one for every slot, or one each. */
    energyWh?: readonly EnergyWh[];
    priceMicroPerKwh?: readonly PriceMicroPerKwh[];
    /** The amendment is void unless it is enacted before; without it, before delivery ends. */
    concludeBeforeSlot?: SlotIndex;
    rulesVersion: number;
}>;

/**
 * Completes changes to the terms of the next version. Where a longer period is given no quantities, the legs go on as in
 * their last slot.
 * @throws InvalidError OPTION_INVALID {option, reason}
 */
export function amendedTerms(current: Pick<Agreement, 'terms' | 'termsHash'>, changes: AmendmentChanges): Terms {
    const { terms } = current;
    const { version, rulesVersion, fromSlot } = changes;
    const endSlot = changes.endSlot ?? terms.firstSlot + terms.slotCount;
    const slotCount = endSlot - terms.firstSlot;
    const offset = fromSlot - terms.firstSlot;
    demandOption(terms.legs[changes.leg] !== undefined, '--leg', `one of ${String(terms.legs.length)} legs, from 0`);
    demandOption(offset >= 0 && offset <= slotCount, '--from-slot', 'a slot of the delivery period');
    const legs = terms.legs.map((leg, index): Leg => {
        const energyWh = extended(leg.energyWh, slotCount);
        const priceMicroPerKwh = extended(leg.priceMicroPerKwh, slotCount);
        return index !== changes.leg
            ? { ...leg, energyWh, priceMicroPerKwh }
            : {
                  ...leg,
                  energyWh: replaced(energyWh, offset, changes.energyWh, '--energy'),
                  priceMicroPerKwh: replaced(priceMicroPerKwh, offset, changes.priceMicroPerKwh, '--price'),
              };
    });
    return {
        ...terms,
        version,
        previousHash: current.termsHash,
        rulesVersion,
        legs,
        slotCount,
        concludeBeforeSlot: changes.concludeBeforeSlot ?? endSlot,
    };
}

/** As many values as slots: cut off, or going on with the last. */
function extended<Value>(values: readonly Value[], slotCount: number): Value[] {
    return Array.from({ length: slotCount }, (_, index) => values[Math.min(index, values.length - 1)] as Value);
}

function replaced<Value>(
    values: readonly Value[],
    offset: number,
    given: readonly Value[] | undefined,
    option: string,
): readonly Value[] {
    if (given === undefined) {
        return values;
    }
    const count = values.length - offset;
    const [only] = given;
    const later = given.length === 1 && only !== undefined ? Array.from({ length: count }, () => only) : given;
    demandOption(later.length === count, option, `one value, or one for each of the ${String(count)} later slots`);
    return [...values.slice(0, offset), ...later];
}

function demandOption(holds: boolean, option: string, reason: string): void {
    if (!holds) {
        throw new InvalidError({ code: 'OPTION_INVALID', operands: { option, reason } });
    }
}
