import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { parseAmount, parseEnergy, parsePower, parsePrice, parseRatio } from '../decimal.js';
import type { Reading } from '@commonwatt/chaincode/domain/reading';
import {
    type AmountNano,
    calorificWhPerM3,
    type EnergyWh,
    NO_ENERGY,
    type PowerW,
    type PriceMicroPerKwh,
    volumeLitres,
} from '@commonwatt/chaincode/domain/units';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommonwattError } from '../errors.js';

// Parsers of option values: what they refuse is a wrong command line.

export const amount = (text: string): AmountNano => orUsage(() => parseAmount(text));
export const price = (text: string): PriceMicroPerKwh => orUsage(() => parsePrice(text));
export const energy = (text: string): EnergyWh => orUsage(() => parseEnergy(text));

export const power = (text: string): PowerW => orUsage(() => parsePower(text));

export const prices = (text: string): PriceMicroPerKwh[] => text.split(',').map(price);
export const energies = (text: string): EnergyWh[] => text.split(',').map(energy);

/** A meter register; nothing has passed through it unless it is given. */
export const energyOption = (flags: string, description: string): Option =>
    new Option(flags, description).argParser(energy).default(NO_ENERGY, '0');

/** Legs with the ratio of what is made from them: `0:0.38,1:0.5`. */
export const ratios = (text: string): { inputLeg: number; ratioBp: number }[] =>
    text.split(',').map((part) => {
        const [leg = '', ratio = '', ...more] = part.split(':');
        if (more.length > 0) {
            throw new InvalidArgumentError('It is a leg and a ratio, such as 0:0.38.');
        }
        return { inputLeg: count(leg), ratioBp: orUsage(() => parseRatio(ratio)) };
    });

/** What a gas meter shows beside energy, of which it tells nothing unless there is a calorific value. */
export type VolumeOptions = Readonly<{ importLitres: number; exportLitres: number; calorific?: number }>;

/** Adds the options of a gas meter; `prefix` names which of two meters. */
export const addVolumeOptions = (verb: Command, prefix = ''): Command =>
    verb
        .option(`--${prefix}import-litres <l>`, 'cumulative import of a gas meter at norm conditions, litres', count, 0)
        .option(`--${prefix}export-litres <l>`, 'cumulative export of a gas meter at norm conditions, litres', count, 0)
        .option(`--${prefix}calorific <wh>`, 'gross calorific value that a gas meter counts with, Wh per m3', count);

export const volumeOf = ({ importLitres, exportLitres, calorific }: VolumeOptions): Reading['volume'] =>
    calorific === undefined
        ? null
        : {
              importLitres: volumeLitres(BigInt(importLitres)),
              exportLitres: volumeLitres(BigInt(exportLitres)),
              calorificWhPerM3: calorificWhPerM3(BigInt(calorific)),
          };

/** A whole number that is not negative. */
export function count(text: string): number {
    if (!/^\d{1,15}$/.test(text)) {
        throw new InvalidArgumentError('It is a whole number.');
    }
    return Number(text);
}

export const oneOf =
    <Name extends string>(names: readonly Name[]) =>
    (text: string): Name => {
        const found = names.find((name) => name === text);
        if (found === undefined) {
            throw new InvalidArgumentError(`It is one of ${names.join(', ')}.`);
        }
        return found;
    };

export const someOf =
    <Name extends string>(names: readonly Name[]) =>
    (text: string): Name[] =>
        text.split(',').map(oneOf(names));

export const carrier = oneOf<Carrier>(CARRIERS);
export const carriers = someOf<Carrier>(CARRIERS);

/** Collects an option that may be given several times. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

function orUsage<Value>(parse: () => Value): Value {
    try {
        return parse();
    } catch (error) {
        if (error instanceof CommonwattError) {
            throw new InvalidArgumentError(`It is ${String(error.operands['reason'])}.`);
        }
        throw error;
    }
}
