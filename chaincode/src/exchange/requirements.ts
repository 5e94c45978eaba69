import { carriersOf, type Terms } from '../domain/agreement.js';
import { demandInTime, demandMet, firstChange } from '../domain/requirement.js';
import { REQUIREMENT } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/**
 * Terms are as the operators of their networks ask. What they ask is in the read set, and so is the absent tick of the
 * slot in which it is too late.
 * @param before the terms in force that these replace; `null` for a first version
 * @throws REQUIREMENT_NOT_MET {carrier, version, requirement}
 */
export async function demandRequirements(ctx: TradeContext, terms: Terms, before: Terms | null): Promise<void> {
    for (const carrier of carriersOf(terms)) {
        const requirement = await ctx.ledger.get(REQUIREMENT, carrier);
        if (requirement === null) {
            continue;
        }
        demandMet(requirement, terms);
        const promisedSlot = before === null ? terms.firstSlot : firstChange(before, terms, carrier);
        if (promisedSlot !== null) {
            const isLate = await ctx.hasBegun(promisedSlot - requirement.statement.leadTimeSlots);
            demandInTime(requirement, !isLate);
        }
    }
}
