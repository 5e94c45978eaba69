import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const FOLDER = '.commonwatt';

/**
 * Where network and wallets are kept: as given, else COMMONWATT_STATE, else `.commonwatt` in this folder or the nearest
 * one above that has it.
 */
export function stateFolder(given: string | undefined): string {
    const named = given ?? process.env['COMMONWATT_STATE'];
    return named === undefined || named === '' ? nearest(process.cwd()) : resolve(named);
}

function nearest(start: string): string {
    for (let folder = start; ; folder = dirname(folder)) {
        const candidate = join(folder, FOLDER);
        if (existsSync(candidate)) {
            return candidate;
        }
        if (dirname(folder) === folder) {
            return join(start, FOLDER);
        }
    }
}

export const profileFile = (state: string, org: string): string => join(state, 'organizations', org, 'connection.json');

export const walletFolder = (state: string, org: string): string => join(state, 'wallets', org);
