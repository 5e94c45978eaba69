/**
 * Quantities as branded integers. Nothing in the market is a floating-point number: energy is counted in Wh,
 * prices in millionths of the currency per kWh, money in billionths of the currency, so that energy × price is
 * money exactly (Wh × µ/kWh = nano). Division happens only here, in functions named for their rounding.
 */
declare const unit: unique symbol;
type Quantity<Name extends string> = bigint & { readonly [unit]: Name };

/** Energy in watt-hours. */
export type EnergyWh = Quantity<'Wh'>;
/** Power in watts. */
export type PowerW = Quantity<'W'>;
/** Price in millionths of the currency per kilowatt-hour; may be negative. */
export type PriceMicroPerKwh = Quantity<'micro/kWh'>;
/** Money in billionths of the currency. */
export type AmountNano = Quantity<'nano'>;

/** Gas at norm conditions, in litres. */
export type VolumeLitres = Quantity<'l'>;
/** Gross calorific value of gas: energy per cubic metre at norm conditions. */
export type CalorificWhPerM3 = Quantity<'Wh/m3'>;

/** Index of a market slot: whole slots since the Unix epoch, UTC. */
export type SlotIndex = number;

export const energyWh = (value: bigint): EnergyWh => value as EnergyWh;
export const powerW = (value: bigint): PowerW => value as PowerW;
export const priceMicroPerKwh = (value: bigint): PriceMicroPerKwh => value as PriceMicroPerKwh;
export const amountNano = (value: bigint): AmountNano => value as AmountNano;

export const volumeLitres = (value: bigint): VolumeLitres => value as VolumeLitres;
export const calorificWhPerM3 = (value: bigint): CalorificWhPerM3 => value as CalorificWhPerM3;

export const NO_ENERGY = energyWh(0n);
export const NO_POWER = powerW(0n);
export const NO_MONEY = amountNano(0n);

export const plus = <Q extends bigint>(left: Q, right: Q): Q => (left + right) as Q;
const difference = (left: bigint, right: bigint): bigint => left - right;
export const minus = <Q extends bigint>(left: Q, right: Q): Q => difference(left, right) as Q;
export const negate = <Q extends bigint>(value: Q): Q => difference(0n, value) as Q;
export const absolute = <Q extends bigint>(value: Q): Q => (value < 0n ? negate(value) : value);
export const smaller = <Q extends bigint>(left: Q, right: Q): Q => (left < right ? left : right);
/** By how much one is above the other; nothing where it is not. */
export const excess = <Q extends bigint>(left: Q, right: Q): Q => (left > right ? minus(left, right) : (0n as Q));
export const larger = <Q extends bigint>(left: Q, right: Q): Q => (left > right ? left : right);
export const sumEnergy = (values: Iterable<EnergyWh>): EnergyWh => sum(values, NO_ENERGY);
export const sumAmounts = (values: Iterable<AmountNano>): AmountNano => sum(values, NO_MONEY);

/** The price of an energy: exact, no rounding (1 Wh × 1 µ/kWh = 1 nano). */
export const valueOf = (energy: EnergyWh, price: PriceMicroPerKwh): AmountNano => amountNano(energy * price);

/** The price at which an energy above zero came to an amount, rounded towards zero. */
export const meanPrice = (amount: AmountNano, energy: EnergyWh): PriceMicroPerKwh => priceMicroPerKwh(amount / energy);

/** ⌊volume × calorific value / 1 000⌋ for a volume that is not negative. */
export const energyOfVolume = (volume: VolumeLitres, calorific: CalorificWhPerM3): EnergyWh =>
    energyWh((volume * calorific) / 1_000n);

/** ⌊energy × basisPoints / 10 000⌋ for a non-negative energy. */
export const shareFloor = (energy: EnergyWh, basisPoints: number): EnergyWh =>
    energyWh((energy * BigInt(basisPoints)) / 10_000n);

/** ⌊energy × part / whole⌋ for a non-negative energy and part of a whole. */
export const proportionFloor = (energy: EnergyWh, part: number, whole: number): EnergyWh =>
    energyWh((energy * BigInt(part)) / BigInt(whole));

/** ⌊power × part / whole⌋: a share of what is less than all shares together. */
export const powerShareFloor = (power: PowerW, part: PowerW, whole: PowerW): PowerW => powerW((power * part) / whole);

/** ⌊power × time⌋: the most energy that a power brings in so many minutes. */
export const energyOfPower = (power: PowerW, minutes: number): EnergyWh => energyWh((power * BigInt(minutes)) / 60n);

/** ⌊count / size⌋: how many whole parts of a size a count holds. */
export const wholeParts = (count: number, size: number): number => Math.floor(count / size);

/**
 * Splits a whole total over weights: each part is ⌊total × weight / Σweights⌋, and the units left over go one each to
 * the largest remainders, ties to the earlier position. Callers order the weights by id.
 * The parts sum to the total exactly, and no part exceeds its weight while total ≤ Σweights.
 */
export function splitByLargestRemainder<Q extends EnergyWh | AmountNano>(total: Q, weights: readonly Q[]): Q[] {
    const weightSum = weights.reduce<bigint>((sum, weight) => sum + weight, 0n);
    if (weightSum === 0n) {
        return weights.map(() => 0n as Q);
    }
    const whole: bigint = total;
    const parts = weights.map((weight: bigint, position) => ({
        position,
        whole: (whole * weight) / weightSum,
        remainder: (whole * weight) % weightSum,
    }));
    const leftOver = Number(whole - parts.reduce((wholes, part) => wholes + part.whole, 0n));
    const favoured = [...parts].sort(byLargerRemainder).slice(0, leftOver);
    const raised = new Set(favoured.map((part) => part.position));
    return parts.map((part) => (part.whole + (raised.has(part.position) ? 1n : 0n)) as Q);
}

function byLargerRemainder(
    left: { position: number; remainder: bigint },
    right: { position: number; remainder: bigint },
): number {
    if (left.remainder !== right.remainder) {
        return left.remainder > right.remainder ? -1 : 1;
    }
    return left.position - right.position;
}

function sum<Q extends bigint>(values: Iterable<Q>, zero: Q): Q {
    let total = zero;
    for (const value of values) {
        total = plus(total, value);
    }
    return total;
}
