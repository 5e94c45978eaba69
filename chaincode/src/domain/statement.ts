import { endSlot, type Terms } from './agreement.js';
import { demand } from './errors.js';
import { sourceOf } from './source.js';
import { type EnergyWh, minus, NO_ENERGY, type SlotIndex, smaller } from './units.js';

/** What a source says was delivered under one leg of an agreement in one slot. */
export type DeliveryStatement = Readonly<{
    sourceId: string;
    agreementId: string;
    leg: number;
    slot: SlotIndex;
    deliveredWh: EnergyWh;
    /** 1 for the first word on a leg and slot; each correction is one more. */
    version: number;
}>;

/** Most versions of a statement: each is a write that anyone may bring. */
export const STATEMENT_VERSIONS_MAX = 16;

export type SignedDelivery = Readonly<{ statement: DeliveryStatement; signature: string }>;

/** @throws STATEMENT_INVALID {agreementId, leg, slot, reason}: the agreement does not ask the source for this */
export function checkStatement(terms: Terms, { sourceId, agreementId, leg, slot }: DeliveryStatement): void {
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'STATEMENT_INVALID', { agreementId, leg, slot, reason });
    };
    invalid(sourceOf(terms) === sourceId, 'another source verifies the agreement');
    invalid(leg < terms.legs.length, 'the agreement has no such leg');
    invalid(slot >= terms.firstSlot && slot < endSlot(terms), 'nothing is delivered in the slot');
}

/**
 * Whether the statement stands already, or a later version does; the next one takes its place.
 * @throws STATEMENT_CONFLICT {agreementId, leg, slot, version}: another stands as this version, or the one before does not
 */
export function isStated(
    existing: SignedDelivery | null,
    { agreementId, leg, slot, version, deliveredWh }: DeliveryStatement,
): boolean {
    const standing = existing?.statement ?? null;
    const conflict = { agreementId, leg, slot, version };
    demand(version <= (standing?.version ?? 0) + 1, 'STATEMENT_CONFLICT', conflict);
    const isSame = standing?.version !== version || standing.deliveredWh === deliveredWh;
    demand(isSame, 'STATEMENT_CONFLICT', conflict);
    return standing !== null && version <= standing.version;
}

/** d = min(q, stated), s = q − d: what a source states counts, whatever meters say; the buyer has no part in it. */
export function verified(
    agreedWh: EnergyWh,
    statedWh: EnergyWh,
): Readonly<Record<'shortWh' | 'untakenWh' | 'deliveredWh', EnergyWh>> {
    const deliveredWh = smaller(agreedWh, statedWh);
    return { shortWh: minus(agreedWh, deliveredWh), untakenWh: NO_ENERGY, deliveredWh };
}
