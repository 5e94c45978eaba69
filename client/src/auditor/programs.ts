import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as own from '@commonwatt/chaincode/chaincodes';
import { InvalidError } from '../errors.js';

/** Both chaincodes of one version, as their package makes them. */
export type Program = Pick<typeof own, 'exchangeChaincode' | 'supervisionChaincode'>;

/** The program of each version that this one cannot stand for. */
export type Programs = ReadonlyMap<string, Program>;

/** This program's own chaincodes run every version that no other program is named for. */
export const programOf = (programs: Programs, version: string): Program => programs.get(version) ?? own;

/**
 * Loads another version's chaincodes.
 * @param folder a built chaincode workspace, with `dist/chaincodes.js`
 * @throws InvalidError PROGRAM_INVALID {folder, reason}
 */
export async function loadProgram(folder: string): Promise<Program> {
    const file = join(resolve(folder), 'dist/chaincodes.js');
    try {
        return (await import(pathToFileURL(file).href)) as Program;
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new InvalidError({ code: 'PROGRAM_INVALID', operands: { folder, reason }, cause });
    }
}
