/**
 * A decimal number exactly as it was written: coefficient / 10^fractionDigits. Values of a profile are summed over a
 * week before anything is rounded, and a binary fraction would already have lost them.
 */
export type Decimal = Readonly<{ coefficient: bigint; fractionDigits: number }>;

export const ZERO: Decimal = { coefficient: 0n, fractionDigits: 0 };

const plainDecimal = /^(-?\d+)(?:\.(\d+))?$/;

/** Plain notation only: digits, optionally a sign and a fraction, no exponent. */
export function parseDecimal(text: string): Decimal | undefined {
    const match = plainDecimal.exec(text);
    if (match === null) {
        return undefined;
    }
    const [, whole = '', fraction = ''] = match;
    return { coefficient: BigInt(whole + fraction), fractionDigits: fraction.length };
}

export function plus(left: Decimal, right: Decimal): Decimal {
    const fractionDigits = Math.max(left.fractionDigits, right.fractionDigits);
    return { coefficient: extend(left, fractionDigits) + extend(right, fractionDigits), fractionDigits };
}

export function times(value: Decimal, factor: bigint): Decimal {
    return { ...value, coefficient: value.coefficient * factor };
}

/** ⌊value⌋ of a value that is not negative. */
export function wholePart(value: Decimal): bigint {
    return value.coefficient / 10n ** BigInt(value.fractionDigits);
}

const extend = (value: Decimal, fractionDigits: number): bigint =>
    value.coefficient * 10n ** BigInt(fractionDigits - value.fractionDigits);
