import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { wallTimeOf } from '../../scenario/slot.js';

/** Carriers by name and colour; the colours are variables of the page, one for light and one for dark. */
export const CARRIER_NAMES: Readonly<Record<Carrier, string>> = {
    gas: 'Gas',
    electricity: 'Electricity',
    heat: 'Heat',
    cooling: 'Cooling',
    mobility: 'Mobility',
    coal: 'Coal',
    oil: 'Oil',
};
export const carrierColour = (carrier: Carrier): string => `var(--${carrier})`;

/** Where traded energy comes from, told from the seller's kind and its metering point. */
export const ORIGINS = ['neighbour', 'storage', 'plant', 'seller', 'charging', 'none'] as const;
export type Origin = (typeof ORIGINS)[number];
export const ORIGIN_NAMES: Readonly<Record<Origin, string>> = {
    neighbour: 'neighbours with PV',
    storage: 'batteries',
    plant: 'plants',
    seller: 'energy sellers',
    charging: 'charging operator',
    none: 'taken without an agreement',
};
export const originColour = (origin: Origin): string => `var(--${origin})`;

export const kilo = (value: bigint): number => Number(value) / 1_000;
/** Nano to units of the currency. */
export const units = (nano: bigint): number => Number(nano) / 1e9;

export const formatKwh = (wattHours: bigint): string => `${fixed(kilo(wattHours), 1)} kWh`;
export const formatMoney = (nano: bigint, currency: string): string => `${fixed(units(nano), 2)} ${currency}`;
/** Price in hundredths of the currency per kWh. */
export const formatPrice = (micro: number): string => fixed(micro / 10_000, 1);

/** A number with so many decimals, thousands apart, and a real minus. */
export function fixed(value: number, decimals: number): string {
    const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
    const spaced = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
    const text = fraction === undefined ? spaced : `${spaced}.${fraction}`;
    return value < 0 && Number(text.replace('\u202f', '')) !== 0 ? `−${text}` : text;
}

export const clockOf = (slot: number): string => wallTimeOf(slot).slice(-'HH:MM'.length);
