import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ShareGrant } from '@commonwatt/chaincode/domain/connection';
import {
    type AmountNano,
    type EnergyWh,
    NO_ENERGY,
    NO_MONEY,
    type PowerW,
    type PriceMicroPerKwh,
} from '@commonwatt/chaincode/domain/units';
import { InvalidArgumentError, Option } from 'commander';
import { parseAmount, parseEnergy, parsePower, parsePrice, parseRatio } from '../decimal.js';
import { CommonwattError } from '../errors.js';

// Parsers of option values: what they refuse is a wrong command line.

export const amount = (text: string): AmountNano => orUsage(() => parseAmount(text));
export const price = (text: string): PriceMicroPerKwh => orUsage(() => parsePrice(text));
export const energy = (text: string): EnergyWh => orUsage(() => parseEnergy(text));

export const power = (text: string): PowerW => orUsage(() => parsePower(text));

/** What a point gets of its connection, several times: `bld-18=30000/10000`. */
export function grant(text: string, before: readonly ShareGrant[] = []): readonly ShareGrant[] {
    const [, pointId, importMax, exportMax] = /^([^=]+)=([^/]+)\/([^/]+)$/.exec(text) ?? [];
    if (pointId === undefined || importMax === undefined || exportMax === undefined) {
        throw new InvalidArgumentError('It is a point and two powers, such as bld-18=30000/10000.');
    }
    return [...before, { pointId, importW: power(importMax), exportW: power(exportMax) }];
}

export const prices = (text: string): PriceMicroPerKwh[] => text.split(',').map(price);
export const energies = (text: string): EnergyWh[] => text.split(',').map(energy);

/** A meter register; nothing has passed through it unless it is given. */
export const energyOption = (flags: string, description: string): Option =>
    new Option(flags, description).argParser(energy).default(NO_ENERGY, '0');

/** An amount of money; none unless it is given. */
export const amountOption = (flags: string, description: string): Option =>
    new Option(flags, description).argParser(amount).default(NO_MONEY, '0');

/** Legs with the ratio of what is made from them: `0:0.38,1:0.5`. */
export const ratios = (text: string): { inputLeg: number; ratioBp: number }[] =>
    text.split(',').map((part) => {
        const [leg = '', ratio = '', ...more] = part.split(':');
        if (more.length > 0) {
            throw new InvalidArgumentError('It is a leg and a ratio, such as 0:0.38.');
        }
        return { inputLeg: count(leg), ratioBp: orUsage(() => parseRatio(ratio)) };
    });

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

export const counts = (text: string): number[] => text.split(',').map(count);
export const names = (text: string): string[] => text.split(',');

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
