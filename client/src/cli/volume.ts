import type { Reading } from '@commonwatt/chaincode/domain/reading';
import { calorificWhPerM3, volumeLitres } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { count } from './values.js';

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
