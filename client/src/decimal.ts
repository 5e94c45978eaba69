import {
    type AmountNano,
    amountNano,
    type EnergyWh,
    energyWh,
    type PowerW,
    powerW,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
} from '@commonwatt/chaincode/domain/units';
import { InvalidError } from './errors.js';

const AMOUNT_DIGITS = 9;
const PRICE_DIGITS = 6;
const RATIO_DIGITS = 4;

/** Reads money, such as `12.5`, as billionths of the currency; exactly, digit by digit. @throws InvalidError DECIMAL_INVALID */
export const parseAmount = (text: string): AmountNano => amountNano(parseDecimal(text, AMOUNT_DIGITS));

/** Reads a price in currency per kWh, such as `0.21` or `-0.05`, as millionths. @throws InvalidError DECIMAL_INVALID */
export const parsePrice = (text: string): PriceMicroPerKwh => priceMicroPerKwh(parseDecimal(text, PRICE_DIGITS));

/** Reads a ratio, such as `0.38`, as ten-thousandths. @throws InvalidError DECIMAL_INVALID */
export const parseRatio = (text: string): number => Number(parseDecimal(text, RATIO_DIGITS));

/** Reads energy in whole Wh. @throws InvalidError DECIMAL_INVALID */
export const parseEnergy = (text: string): EnergyWh => energyWh(parseDecimal(text, 0));

/** Reads power in whole W. @throws InvalidError DECIMAL_INVALID */
export const parsePower = (text: string): PowerW => powerW(parseDecimal(text, 0));

/** Money as decimal text, without trailing zeros: 12500000000 nano is `12.5`. */
export const formatAmount = (amount: AmountNano): string => formatDecimal(amount, AMOUNT_DIGITS);

export const formatPrice = (price: PriceMicroPerKwh): string => formatDecimal(price, PRICE_DIGITS);

export const formatRatio = (ratioBp: number): string => formatDecimal(BigInt(ratioBp), RATIO_DIGITS);

/** Money for the eye: rounded half away from zero to 4 digits, `12.5000`. */
export const roundedAmount = (amount: AmountNano): string => rounded(amount, AMOUNT_DIGITS, 4);

/** A price for the eye, with 4 digits. */
export const roundedPrice = (price: PriceMicroPerKwh): string => rounded(price, PRICE_DIGITS, 4);

/** Energy in kWh, exactly: `0.250`. */
export const kilowattHours = (energy: EnergyWh): string => rounded(energy, 3, 3);

function rounded(value: bigint, digits: number, shown: number): string {
    const step = 10n ** BigInt(digits - shown);
    const steps = ((value < 0n ? -value : value) + step / 2n) / step;
    const text = steps.toString().padStart(shown + 1, '0');
    return `${value < 0n && steps > 0n ? '-' : ''}${text.slice(0, -shown)}.${text.slice(-shown)}`;
}

function parseDecimal(text: string, digitsMax: number): bigint {
    const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d{1,18})(?:\.(\d+))?$/.exec(text) ?? [];
    if (whole === '' || fraction.length > digitsMax) {
        const reason = digitsMax === 0 ? 'a whole number' : `a decimal number with at most ${String(digitsMax)} digits`;
        throw new InvalidError({ code: 'DECIMAL_INVALID', operands: { text: text.slice(0, 64), reason } });
    }
    const scaled = BigInt(whole + fraction.padEnd(digitsMax, '0'));
    return sign === '-' ? -scaled : scaled;
}

function formatDecimal(value: bigint, digits: number): string {
    const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
    const whole = text.slice(0, -digits);
    const fraction = text.slice(-digits).replace(/0+$/, '');
    return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
