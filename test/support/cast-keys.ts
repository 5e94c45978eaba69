import type { SigningKey } from './signing-key.js';

/** Keys of the members that every small market of a test run shares, by name: commands are signed with them by default. */
export const CAST_KEYS = new Map<string, SigningKey>();

export function castKey(name: string): SigningKey {
    const key = CAST_KEYS.get(name);
    if (key === undefined) {
        throw new Error(`${name} is no member of the cast: say whose key signs`);
    }
    return key;
}
