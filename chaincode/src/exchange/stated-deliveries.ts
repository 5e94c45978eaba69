import type { Carrier } from '../domain/charter.js';
import type { DeliveringAgreement } from '../domain/delivery.js';
import { demand } from '../domain/errors.js';
import { sourceOf } from '../domain/source.js';
import type { DeliveryStatement } from '../domain/statement.js';
import type { SlotIndex } from '../domain/units.js';
import { STATEMENT } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** A leg of an agreement that a source verifies. */
type SourcedLeg = Readonly<{ agreementId: string; leg: number; sourceId: string }>;

/** What sources have stated of the legs of a carrier in a slot. A leg that nothing is stated of delivered nothing. */
export async function statedDeliveries(
    ctx: TradeContext,
    agreements: readonly DeliveringAgreement[],
    carrier: Carrier,
    slot: SlotIndex,
): Promise<DeliveryStatement[]> {
    const statements: DeliveryStatement[] = [];
    for (const { agreementId, leg } of sourcedLegs(agreements, carrier)) {
        const signed = await ctx.ledger.get(STATEMENT, agreementId, leg, slot);
        if (signed !== null) {
            statements.push(signed.statement);
        }
    }
    return statements;
}

/**
 * Waits for sources as for readings: until the deadline of the slot.
 * @throws STATEMENT_MISSING {agreementId, leg, sourceId}
 */
export async function demandStated(
    ctx: TradeContext,
    agreements: readonly DeliveringAgreement[],
    statements: readonly DeliveryStatement[],
    { carrier, slot }: Readonly<{ carrier: Carrier; slot: SlotIndex }>,
): Promise<void> {
    const missing = sourcedLegs(agreements, carrier).find(
        ({ agreementId, leg }) => !statements.some((each) => each.agreementId === agreementId && each.leg === leg),
    );
    if (missing !== undefined) {
        const { readingDeadlineSlots } = await ctx.rulesAt(slot);
        demand(await ctx.hasTicked(slot + 1 + readingDeadlineSlots), 'STATEMENT_MISSING', missing);
    }
}

const sourcedLegs = (agreements: readonly DeliveringAgreement[], carrier: Carrier): SourcedLeg[] =>
    agreements.flatMap(({ agreementId, terms }) => {
        const sourceId = sourceOf(terms);
        return sourceId === null
            ? []
            : terms.legs.flatMap((each, leg) => (each.carrier === carrier ? [{ agreementId, leg, sourceId }] : []));
    });
