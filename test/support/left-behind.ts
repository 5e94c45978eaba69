import type { KeyWrite } from '@commonwatt/chaincode/ledger-double';

/** Bytes that a transaction puts into the state, keys included, besides the record that counts them. */
export const leftBy = (writes: readonly KeyWrite[]): number =>
    writes
        .filter(({ key, value }) => value !== null && !key.startsWith('allowance/'))
        .reduce((sum, { key, value }) => sum + Buffer.byteLength(key) + Buffer.byteLength(value ?? ''), 0);
