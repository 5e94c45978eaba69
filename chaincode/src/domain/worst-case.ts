import type { Leg, Terms } from './agreement.js';
import { downstreamOf } from './conversion.js';
import { assert } from './errors.js';
import { sourceOf } from './source.js';
import {
    absolute,
    type AmountNano,
    type EnergyWh,
    NO_ENERGY,
    NO_MONEY,
    plus,
    type PriceMicroPerKwh,
    type SlotIndex,
    smaller,
    sumAmounts,
    sumEnergy,
    valueOf,
} from './units.js';

/** What terms can cost a party in one slot, and the energy that they bind of it. */
export type SlotCase = Readonly<{
    /** Sold and bought by the party's own legs: each Wh of it can become imbalance, at the prices of the rules. */
    soldWh: EnergyWh;
    boughtWh: EnergyWh;
    /** For energy, where it pays: what it buys at prices above zero and sells at prices below. */
    energyNano: AmountNano;
    /** For all it may owe for in the slot, before other slots share the cap with it. */
    defaultNano: AmountNano;
}>;

/**
 * What terms can cost or bind a party at most, whoever delivers what. Not counted, because the terms do not decide it:
 * network fees (on what is metered, agreed or not), imbalance (prices are the rules'; the energy that can become
 * imbalance is `soldWh` and `boughtWh`), and income that a party does not get.
 */
export type WorstCase = Readonly<{
    participantId: string;
    firstSlot: SlotIndex;
    /** One per slot of the delivery period. */
    slots: readonly SlotCase[];
    energyNano: AmountNano;
    /** Default amounts of all slots, under the cap. */
    defaultNano: AmountNano;
    costNano: AmountNano;
}>;

/** A part of a worst case, or what several come to: what bounds are set against. */
export type Cost = Readonly<{ energyNano: AmountNano; defaultNano: AmountNano; costNano: AmountNano }>;

/** Who pays for a leg's slot and how much when all is delivered: with a negative price the seller pays. */
export function reserveOf(leg: Leg, offset: number): { payerId: string; payeeId: string; reserveNano: AmountNano } {
    const energy = leg.energyWh[offset];
    const price = leg.priceMicroPerKwh[offset];
    assert(energy !== undefined && price !== undefined, 'a leg has an energy and a price for every slot');
    const reserveNano = valueOf(energy, absolute(price));
    return price >= 0n
        ? { payerId: leg.buyerId, payeeId: leg.sellerId, reserveNano }
        : { payerId: leg.sellerId, payeeId: leg.buyerId, reserveNano };
}

/** What terms can cost and bind one of their parties; nothing of who is in no leg. */
export function worstCase(terms: Terms, participantId: string): WorstCase {
    const liable = liableLegs(terms, participantId);
    const slots = Array.from({ length: terms.slotCount }, (_, offset): SlotCase => {
        const claimNano = valueOf(energyOf(liable, offset), terms.defaultRateMicroPerKwh);
        return {
            soldWh: energyOf(
                terms.legs.filter(({ sellerId }) => sellerId === participantId),
                offset,
            ),
            boughtWh: energyOf(
                terms.legs.filter(({ buyerId }) => buyerId === participantId),
                offset,
            ),
            energyNano: sumAmounts(
                terms.legs.map((leg) => {
                    const { payerId, reserveNano } = reserveOf(leg, offset);
                    return payerId === participantId ? reserveNano : NO_MONEY;
                }),
            ),
            defaultNano: smaller(terms.defaultCapNano, claimNano),
        };
    });
    return { participantId, firstSlot: terms.firstSlot, slots, ...costOf(slots, terms.defaultCapNano) };
}

/** What of a worst case falls into the slots [fromSlot, untilSlot). */
export function costWithin(worst: WorstCase, fromSlot: SlotIndex, untilSlot: SlotIndex): Cost {
    const from = Math.max(0, fromSlot - worst.firstSlot);
    const until = Math.max(0, untilSlot - worst.firstSlot);
    return costOf(worst.slots.slice(from, until), worst.defaultNano);
}

/** The cap is one for all slots. */
function costOf(slots: readonly SlotCase[], capNano: AmountNano): Cost {
    const energyNano = sumAmounts(slots.map((slot) => slot.energyNano));
    const defaultNano = smaller(capNano, sumAmounts(slots.map((slot) => slot.defaultNano)));
    return { energyNano, defaultNano, costNano: plus(energyNano, defaultNano) };
}

/**
 * A party may owe for the legs that it sells, for those made from them, and for those that it buys and need not pay for
 * untaken: in each slot for no more than was agreed, whoever else fails. Nothing is owed for what charge points hand over,
 * and no buyer owes for what a source states.
 */
function liableLegs(terms: Terms, participantId: string): Leg[] {
    const sold = terms.legs.flatMap((leg, index) => (leg.sellerId === participantId ? [index] : []));
    const affected = downstreamOf(terms, sold);
    const owesUntaken = !terms.takeOrPay && sourceOf(terms) === null;
    return terms.legs.filter(
        ({ carrier, buyerId }, index) =>
            carrier !== 'mobility' && (buyerId === participantId ? owesUntaken : affected.has(index)),
    );
}

const energyOf = (legs: readonly Leg[], offset: number): EnergyWh =>
    sumEnergy(legs.map(({ energyWh }) => energyWh[offset] ?? NO_ENERGY));

/** What a review lets terms ask of their parties: together they bound what a signature there can cost. */
export type ExposureBounds = Readonly<{
    /** Most that an agreement may cost any one party. */
    partyCostMaxNano: AmountNano;
    /** Of it, most in default amounts. */
    partyDefaultMaxNano: AmountNano;
    /** Most that a kWh that fails may cost. */
    defaultRateMaxMicroPerKwh: PriceMicroPerKwh;
    /** Most that a seller may leave out for nothing, in hundredths of a percent. */
    toleranceMaxBp: number;
    /** A buyer may have to pay for what it does not take. */
    mayTakeOrPay: boolean;
    /** Registered sources that may state delivery in the place of meters. */
    sourceIds: readonly string[];
}>;

export const EXPOSURES = ['partyCost', 'partyDefault', 'defaultRate', 'tolerance', 'takeOrPay', 'source'] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** Every bound that the terms leave. */
export function exceededExposures(terms: Terms, bounds: ExposureBounds): Exposure[] {
    const worst = terms.parties.map(({ participantId }) => worstCase(terms, participantId));
    const sourceId = sourceOf(terms);
    const isExceeded: Readonly<Record<Exposure, boolean>> = {
        partyCost: worst.some(({ costNano }) => costNano > bounds.partyCostMaxNano),
        partyDefault: worst.some(({ defaultNano }) => defaultNano > bounds.partyDefaultMaxNano),
        defaultRate: terms.defaultRateMicroPerKwh > bounds.defaultRateMaxMicroPerKwh,
        tolerance: terms.toleranceBp > bounds.toleranceMaxBp,
        takeOrPay: terms.takeOrPay && !bounds.mayTakeOrPay,
        source: sourceId !== null && !bounds.sourceIds.includes(sourceId),
    };
    return EXPOSURES.filter((exposure) => isExceeded[exposure]);
}
