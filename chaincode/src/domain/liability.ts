import { byCause, type Cause, shareOut } from './conversion.js';
import { type Delivery, paysUntaken, type SlotLeg } from './delivery.js';
import { assert } from './errors.js';
import { absolute, type EnergyWh, larger, minus, NO_ENERGY, shareFloor, smaller, sumEnergy } from './units.js';

/** Whether a party owes nothing for what a leg lacks. */
export type Exempts = (slotLeg: SlotLeg, liableId: string) => boolean;

/** Energy of a leg that a party owes a default amount for. */
export type Liability = Readonly<{
    liableId: string;
    payeeId: string;
    /** The leg in which the party failed: this one, or one that it is made from. */
    causeLeg: number;
    liableWh: EnergyWh;
}>;

/**
 * Whose failure a leg's shortage is: first of those who caused its inputs' shortage, as far as that explains it, then of
 * its own seller. Legs made from this one pass it on.
 */
export function causesOf({ slotLeg, shortWh }: Delivery, exempts: Exempts): Cause[] {
    const lost = lostBy(slotLeg, exempts);
    const passedWh = smaller(shortWh, sumWh(lost));
    return byCause([...shareOut(passedWh, lost), ownCause(slotLeg, minus(shortWh, passedWh), exempts)]);
}

/**
 * Who owes for a leg: |k| − tolerance with k = s − u′. The seller's part is shared with those who caused its inputs'
 * shortage; the tolerance helps the seller first. The buyer's is its own: what is not taken is not passed against the
 * flow. Nothing is owed by who is exempt, or to oneself.
 */
export function liabilitiesOf(delivery: Delivery, exempts: Exempts): Liability[] {
    const { slotLeg, shortWh, untakenWh } = delivery;
    const { terms } = slotLeg.agreement;
    const { sellerId, buyerId } = slotLeg.leg;
    const excessWh = minus(shortWh, paysUntaken(slotLeg) ? NO_ENERGY : untakenWh);
    const toleranceWh = shareFloor(slotLeg.agreedWh, terms.toleranceBp);
    const owedWh = larger(NO_ENERGY, minus(absolute(excessWh), toleranceWh));
    if (excessWh <= 0n) {
        const liability = { liableId: buyerId, payeeId: sellerId, causeLeg: slotLeg.index, liableWh: owedWh };
        return owedWh === 0n || exempts(slotLeg, buyerId) ? [] : [liability];
    }
    const lost = lostBy(slotLeg, exempts);
    const explainedWh = smaller(excessWh, sumWh(lost));
    const ownWh = larger(NO_ENERGY, minus(minus(excessWh, explainedWh), toleranceWh));
    const parts = byCause([...shareOut(minus(owedWh, ownWh), lost), ownCause(slotLeg, ownWh, exempts)]);
    assert(sumWh(parts) === owedWh, 'everything owed has a cause');
    return parts
        .filter(({ isExempt }) => !isExempt)
        .map(({ causeLeg, energyWh }) => ({
            liableId: sellerOf(slotLeg, causeLeg),
            payeeId: buyerId,
            causeLeg,
            liableWh: energyWh,
        }))
        .filter(({ liableId, payeeId }) => liableId !== payeeId);
}

/** What the inputs' shortage takes from the leg; a waiver of this slot holds for who caused it elsewhere, too. */
const lostBy = (slotLeg: SlotLeg, exempts: Exempts): Cause[] =>
    byCause(
        slotLeg.lost.map((cause) => ({
            ...cause,
            isExempt: cause.isExempt || exempts(slotLeg, sellerOf(slotLeg, cause.causeLeg)),
        })),
    );

const ownCause = (slotLeg: SlotLeg, ownWh: EnergyWh, exempts: Exempts): Cause => ({
    causeLeg: slotLeg.index,
    energyWh: ownWh,
    isExempt: exempts(slotLeg, slotLeg.leg.sellerId),
});

function sellerOf({ agreement }: SlotLeg, legIndex: number): string {
    const leg = agreement.terms.legs[legIndex];
    assert(leg !== undefined, 'a cause is a leg of the same agreement');
    return leg.sellerId;
}

const sumWh = (causes: readonly Cause[]): EnergyWh => sumEnergy(causes.map((cause) => cause.energyWh));
