import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as keys from '@commonwatt/chaincode/store/keys';

const folder = fileURLToPath(new URL('../../golden/records/', import.meta.url));

const isRecordType = (value: unknown): value is keys.RecordType<unknown> =>
    typeof value === 'object' && value !== null && 'codec' in value && 'keyOf' in value;
const exported: readonly unknown[] = [...Object.values(keys), keys.subjectRecord('ab'.repeat(32))];

/** Every kind of record of both chaincodes, by name. */
export const RECORD_TYPES: ReadonlyMap<string, keys.RecordType<unknown>> = new Map(
    exported.filter(isRecordType).map((type) => [type.name, type] as const),
);

/** Files with golden bytes of records, in the order of their names. */
export const recordFiles = (): string[] => readdirSync(folder).sort();

export const recordTypeOf = (file: string): string => file.replace(/(\.[a-z-]+)?\.json$/, '');

/** The bytes on the ledger: a file ends with a line break, a record does not. */
export const goldenRecord = (file: string): string => readFileSync(`${folder}${file}`, 'utf8').replace(/\n$/, '');

/** All golden bytes of one kind of record. */
export const goldensOf = (name: string): string[] =>
    recordFiles()
        .filter((file) => recordTypeOf(file) === name)
        .map(goldenRecord);
