import { z } from 'zod';
import { CARRIERS } from '../domain/charter.js';
import type {
    AmountNano,
    CalorificWhPerM3,
    EnergyWh,
    PowerW,
    PriceMicroPerKwh,
    VolumeLitres,
} from '../domain/units.js';

/** Bounds of every number on the wire: products of an energy and a price stay far below any overflow of meaning. */
const ENERGY_WH_MAX = 10n ** 15n;
const POWER_W_MAX = 10n ** 12n;
const VOLUME_LITRES_MAX = 10n ** 14n;
const CALORIFIC_WH_PER_M3_MAX = 10n ** 6n;
const PRICE_MICRO_MAX = 10n ** 12n;
const AMOUNT_NANO_MAX = 10n ** 27n;
/**
 * Results are computed from many quantities within these bounds and are wider, so that no reading a meter can sign and
 * no sum of them makes a slot impossible to settle.
 */
const RESULT_ENERGY_WH_MAX = 10n ** 18n;
const RESULT_AMOUNT_NANO_MAX = 10n ** 30n;

/** A whole number as a decimal string: no sign on zero, no leading zeros, nothing after it. */
function decimal<Quantity extends bigint>(min: bigint, max: bigint): z.ZodType<Quantity, string> {
    const field = z.codec(
        z
            .string()
            .max(32)
            .regex(/^(0|-?[1-9][0-9]*)$/, 'a whole number in decimal digits'),
        z.bigint().min(min).max(max),
        { decode: (text) => BigInt(text), encode: (value) => String(value) },
    );
    return field as unknown as z.ZodType<Quantity, string>;
}

export const energyField = decimal<EnergyWh>(0n, ENERGY_WH_MAX);
export const resultEnergyField = decimal<EnergyWh>(0n, RESULT_ENERGY_WH_MAX);
export const signedEnergyField = decimal<EnergyWh>(-RESULT_ENERGY_WH_MAX, RESULT_ENERGY_WH_MAX);
export const powerField = decimal<PowerW>(0n, POWER_W_MAX);
export const volumeField = decimal<VolumeLitres>(0n, VOLUME_LITRES_MAX);
export const resultVolumeField = decimal<VolumeLitres>(0n, RESULT_ENERGY_WH_MAX);
export const calorificField = decimal<CalorificWhPerM3>(1n, CALORIFIC_WH_PER_M3_MAX);
export const priceField = decimal<PriceMicroPerKwh>(-PRICE_MICRO_MAX, PRICE_MICRO_MAX);
export const rateField = decimal<PriceMicroPerKwh>(0n, PRICE_MICRO_MAX);
export const amountField = decimal<AmountNano>(0n, AMOUNT_NANO_MAX);
export const positiveAmountField = decimal<AmountNano>(1n, AMOUNT_NANO_MAX);
export const resultAmountField = decimal<AmountNano>(0n, RESULT_AMOUNT_NANO_MAX);
export const signedAmountField = decimal<AmountNano>(-RESULT_AMOUNT_NANO_MAX, RESULT_AMOUNT_NANO_MAX);

const count = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);

export const slotField = count(0, 2_000_000_000);
export const versionField = count(1, 1_000_000);
export const sequenceField = count(0, 2_000_000_000);
export const basisPointsField = count(0, 10_000);
export const countField = count;
/** Position of a leg in its agreement. */
export const legField = count(0, 255);

/** Pseudonyms and ids chosen by clients: they are parts of keys, so no separator can be in them. */
export const idField = z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,62}[a-z0-9]$/, 'lower-case letters, digits, dots, hyphens');
export const mspIdField = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, 'an MSP id');
export const hashField = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 hash in lower-case hex');
export const signatureField = z.string().regex(/^[0-9a-f]{128}$/, 'a 64-byte signature in lower-case hex');
/** SubjectPublicKeyInfo of an uncompressed P-256 point. */
export const publicKeyField = z
    .string()
    .regex(/^3059301306072a8648ce3d020106082a8648ce3d03010703420004[0-9a-f]{128}$/, 'a P-256 public key (SPKI) in hex');
export const reasonField = z.string().regex(/^[a-z][a-zA-Z0-9]{2,63}$/, 'a reason code in camelCase');
export const carrierField = z.enum(CARRIERS);

/** A list with a bound and no repetition. */
export const distinct = <Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> =>
    z
        .array(item)
        .max(max)
        .refine((items) => new Set(items).size === items.length, 'each once');
