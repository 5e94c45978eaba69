import { existsSync } from 'node:fs';
import { MeterKeyFile } from '../../meter-key-file.js';

/** The meter of a file; a new meter where there is no file yet. */
export const openOrCreate = async (file: string, pointId: string, meterId: string): Promise<MeterKeyFile> =>
    existsSync(file) ? await MeterKeyFile.open(file) : await MeterKeyFile.create(file, pointId, meterId);
